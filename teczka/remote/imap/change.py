"""What changes a folder that is open by SELECT: STORE, COPY, MOVE, EXPUNGE. All by UID, and nothing without one (P3)."""

import re
from collections.abc import Sequence

from teczka.core.errors import Problem, Trouble
from teczka.remote.imap.arguments import Argument, Uids
from teczka.remote.imap.conversation import Answer, Command, Conversation, Talk
from teczka.remote.imap.folders import argument
from teczka.remote.imap.landed import copied
from teczka.remote.imap.refusals import at_change
from teczka.remote.imap.utf7 import path_of
from teczka.remote.types import Landed

_FLAG = re.compile(r"\\?[^\x00-\x20\x7f-\uffff(){%*\"\\\]]+")  # RFC 3501 §9 flag


def store_flags(
    conversation: Conversation, folder: bytes, uids: Sequence[int], flags: Argument, add: bool
) -> Talk[None]:
    """STORE, RFC 3501 §6.4.6. Silent: what the flags are now is what the next pass asks."""
    answer = yield Command.of("UID", "STORE", Uids(uids), "+FLAGS.SILENT" if add else "-FLAGS.SILENT", flags)
    accept(answer, conversation, folder)


def copy(conversation: Conversation, uids: Sequence[int], target: bytes) -> Talk[Landed]:
    """COPY, RFC 3501 §6.4.7: all or nothing."""
    answer = yield Command.of("UID", "COPY", Uids(uids), argument(target, conversation.host))
    accept(answer, conversation, target)
    return copied([*answer.said, answer.status], uids)


def move(conversation: Conversation, uids: Sequence[int], target: bytes) -> Talk[Landed]:
    """MOVE, RFC 6851: message by message, so that after a refusal some may have gone."""
    answer = yield Command.of("UID", "MOVE", Uids(uids), argument(target, conversation.host))
    accept(answer, conversation, target)
    return copied([*answer.said, answer.status], uids)


def expunge(conversation: Conversation, folder: bytes, uids: Sequence[int]) -> Talk[None]:
    """UID EXPUNGE, RFC 4315 §2.1: of these alone, where they are marked. Problem where the server has no such command."""
    if "UIDPLUS" not in conversation.capabilities:
        raise Problem(Trouble.INTERNAL, argument="forbidden")
    answer = yield Command.of("UID", "EXPUNGE", Uids(uids))
    accept(answer, conversation, folder)


def spelled(flags: Sequence[str]) -> Argument:
    """As a parenthesised list. Problem on what is no flag."""
    if not all(_FLAG.fullmatch(flag) for flag in flags):
        raise Problem(Trouble.INTERNAL, argument="flag")
    return tuple(flags)


def accept(answer: Answer, conversation: Conversation, folder: bytes) -> None:
    """Problem on a refusal; the connection stays usable."""
    if answer.status.kind != "OK":
        detail = conversation.detail(answer.status)
        raise at_change(answer.status, conversation.host, path_of(folder), detail)
