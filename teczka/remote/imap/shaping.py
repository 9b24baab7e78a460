"""Folders made, renamed and removed there: CREATE, RENAME, DELETE (RFC 3501 §6.3.3–5), each with its subscription (§6.3.6–7), so that
other programs show what there is."""

from teczka.remote.imap.change import accept
from teczka.remote.imap.conversation import Command, Conversation, Talk
from teczka.remote.imap.folders import argument


def create(conversation: Conversation, folder: bytes) -> Talk[None]:
    answer = yield Command.of("CREATE", argument(folder, conversation.host))
    accept(answer, conversation, folder)
    yield Command.of("SUBSCRIBE", argument(folder, conversation.host))  # a courtesy: whatever it answers


def rename(conversation: Conversation, folder: bytes, to: bytes) -> Talk[None]:
    """The folders below go with it (RFC 3501 §6.3.5), subscriptions do not."""
    answer = yield Command.of("RENAME", argument(folder, conversation.host), argument(to, conversation.host))
    accept(answer, conversation, to)
    yield Command.of("UNSUBSCRIBE", argument(folder, conversation.host))
    yield Command.of("SUBSCRIBE", argument(to, conversation.host))


def remove(conversation: Conversation, folder: bytes) -> Talk[None]:
    answer = yield Command.of("DELETE", argument(folder, conversation.host))
    accept(answer, conversation, folder)
    yield Command.of("UNSUBSCRIBE", argument(folder, conversation.host))
