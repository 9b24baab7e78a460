"""NOOP and LOGOUT: keeping a connection, and leaving it."""

from teczka.remote.imap.conversation import Command, Conversation, Talk
from teczka.remote.imap.refusals import at_command


def noop(conversation: Conversation) -> Talk[None]:
    """NOOP, RFC 3501 §6.1.2: the server may use it to tell what has changed."""
    answer = yield Command.of("NOOP")
    if answer.status.kind != "OK":
        raise at_command(answer.status, conversation.host, conversation.detail(answer.status))


def logout(conversation: Conversation) -> Talk[None]:
    """LOGOUT, RFC 3501 §6.1.3: never CLOSE or EXPUNGE, which remove what others marked (P3)."""
    conversation.leaving = True
    yield Command.of("LOGOUT")
