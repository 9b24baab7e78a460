"""POP3 (RFC 1939) from bytes to a mailbox's listing and messages; docs/standards.md says what of it."""

from teczka.remote.pop3.look import look
from teczka.remote.pop3.maildrop import Pop3Drop

__all__ = ["Pop3Drop", "look"]
