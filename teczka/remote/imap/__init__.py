"""IMAP4rev1 (RFC 3501) from bytes to mailboxes; docs/standards.md says what of it."""

from teczka.remote.imap.mailbox import ImapMailbox
from teczka.remote.imap.watch import Change, watch

__all__ = ["Change", "ImapMailbox", "watch"]
