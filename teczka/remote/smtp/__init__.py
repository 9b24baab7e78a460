"""SMTP submission (RFC 6409) from bytes to a signed-in session; docs/standards.md says what of it."""

from teczka.remote.smtp.session import SmtpSession

__all__ = ["SmtpSession"]
