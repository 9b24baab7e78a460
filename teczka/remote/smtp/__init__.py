"""SMTP submission (RFC 6409) from bytes to a message that was taken; docs/standards.md says what of it."""

from teczka.remote.smtp.envelope import Envelope, check_address, too_large
from teczka.remote.smtp.send import send
from teczka.remote.smtp.session import SmtpSession

__all__ = ["Envelope", "SmtpSession", "check_address", "send", "too_large"]
