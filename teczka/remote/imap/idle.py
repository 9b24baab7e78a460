"""IDLE (RFC 2177), NOOP and LOGOUT: waiting, and taking one's leave."""

from teczka.remote.imap import refusals
from teczka.remote.imap.conversation import Command, Conversation, Talk

IDLE = Command.of("IDLE")
DONE = b"DONE\r\n"

# What may mean that the folder is no longer what it was; "OK Still here" does not (Dovecot says it every two minutes).
CHANGES = {"EXISTS", "EXPUNGE", "FETCH", "VANISHED", "RECENT"}


def noop(conversation: Conversation) -> Talk[None]:
    """NOOP, RFC 3501 §6.1.2: the server may use it to tell what has changed."""
    answer = yield Command.of("NOOP")
    if answer.status.kind != "OK":
        raise refusals.at_command(answer.status, conversation.host, conversation.detail(answer.status))


def logout(conversation: Conversation) -> Talk[None]:
    """LOGOUT, RFC 3501 §6.1.3: never CLOSE or EXPUNGE, which remove what others marked (design P3)."""
    conversation.leaving = True
    yield Command.of("LOGOUT")
