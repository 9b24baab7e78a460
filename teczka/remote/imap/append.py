"""APPEND, RFC 3501 §6.3.11: a message of ours into a folder there."""

import re
from collections.abc import Sequence
from datetime import datetime

from teczka.core.errors import Problem, Trouble
from teczka.remote.imap.arguments import Argument, Stream
from teczka.remote.imap.change import accept, spelled
from teczka.remote.imap.conversation import Command, Conversation, Talk
from teczka.remote.imap.dates import date_time
from teczka.remote.imap.folders import argument
from teczka.remote.imap.landed import appended
from teczka.remote.imap.tokens import ascii_text, listed, number
from teczka.remote.imap.utf7 import path_of

_LIMIT = re.compile(r"APPENDLIMIT=(\d{1,15})")


def append(
    conversation: Conversation, folder: bytes, message: Stream, flags: Sequence[str], date: datetime
) -> Talk[tuple[int, int] | None]:
    """(UIDVALIDITY, UID), or None where the server does not tell (it has no UIDPLUS). One that is larger than the server takes is not even
    announced: Problem(FOLDER_TOO_LARGE), with `bytes`, the limit."""
    limit = yield from append_limit(conversation, folder)
    if limit is not None and message.size > limit:
        raise Problem(Trouble.FOLDER_TOO_LARGE, host=conversation.host, folder=path_of(folder), bytes=limit)
    name = argument(folder, conversation.host)
    arguments: list[Argument] = ["APPEND", name, spelled(flags), date_time(date), message]
    answer = yield Command(tuple(arguments))
    accept(answer, conversation, folder)
    return appended(answer.status)


def append_limit(conversation: Conversation, folder: bytes) -> Talk[int | None]:
    """APPENDLIMIT, RFC 7889: one for all folders among the capabilities, or asked of each by STATUS. Bytes."""
    for name in conversation.capabilities:
        if found := _LIMIT.fullmatch(name):
            return int(found[1])
    if "APPENDLIMIT" not in conversation.capabilities:
        return None
    answer = yield Command.of("STATUS", argument(folder, conversation.host), ("APPENDLIMIT",))
    for untagged in answer.untagged:
        fields = untagged.values() if untagged.kind == "STATUS" else []
        items = listed(fields[1]) if len(fields) > 1 else []
        for item, value in zip(items[::2], items[1::2], strict=False):
            if ascii_text(item).upper() == "APPENDLIMIT" and value is not None:
                return number(value)
    return None
