"""Who sends to whom, in commands (RFC 5321 §4.1.1; SIZE, 8BITMIME, SMTPUTF8, DSN)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from teczka.core.errors import Problem, Trouble

# Octets, RFC 5321 §4.5.3.1: of what stands before the @, and of the whole.
LOCAL = 64
WHOLE = 254


@dataclass(frozen=True, slots=True)
class Envelope:
    """`size`: bytes of the text, before dots are doubled (RFC 1870 §5). `key`: letters and digits that come back in reports of the
    delivery."""

    sender: str
    recipients: Sequence[str]
    size: int
    key: str
    eight_bit: bool = False  # the text has bytes above 127
    utf8: bool = False  # its headers have
    receipt: bool = False  # the sender wants to be told of the delivery

    def check(self, host: str, extensions: Collection[str], limit: int) -> None:
        """Before anything is said. `limit`: bytes that the server takes, 0 for any. Raises Problem."""
        for address in (self.sender, *self.recipients):
            check_address(address)
        if self.international and "SMTPUTF8" not in extensions:
            raise Problem(Trouble.SENDING_UTF8, host=host)
        if self.eight_bit and "8BITMIME" not in extensions:
            raise Problem(Trouble.SENDING_EIGHT_BIT, host=host)
        if limit and self.size > limit:
            raise too_large(host, self.size, limit)

    @property
    def international(self) -> bool:
        """Needs SMTPUTF8 (RFC 6531 §3.1)."""
        return self.utf8 or not all(address.isascii() for address in (self.sender, *self.recipients))

    def mail(self, extensions: Collection[str]) -> bytes:
        words = [f"MAIL FROM:<{self.sender}>"]
        if "SIZE" in extensions:
            words.append(f"SIZE={self.size}")
        if "8BITMIME" in extensions:
            words.append(f"BODY={'8BITMIME' if self.eight_bit else '7BIT'}")
        if self.international:
            words.append("SMTPUTF8")
        if "DSN" in extensions:
            words += ["RET=HDRS", f"ENVID={self.key}"]
        return _line(words)

    def rcpt(self, recipient: str, extensions: Collection[str]) -> bytes:
        """RFC 3461 §4.1: without NOTIFY a server tells of failures."""
        words = [f"RCPT TO:<{recipient}>"]
        if self.receipt and "DSN" in extensions:
            words.append("NOTIFY=SUCCESS,FAILURE,DELAY")
        return _line(words)


def check_address(address: str) -> None:
    """What could end the command, or the path in it, is no address. Raises Problem(SENDING_ADDRESS)."""
    local, at, domain = address.rpartition("@")
    well = bool(local and at and domain) and address.isprintable() and not set(address) & set(" <>")
    if not well or len(local.encode()) > LOCAL or len(address.encode()) > WHOLE:
        raise Problem(Trouble.SENDING_ADDRESS, address=ascii(address)[1:-1][:WHOLE])


def too_large(host: str, size: int, limit: int) -> Problem:
    """Megabytes rounded so that the larger number is the larger one, also where they differ by a byte."""
    return Problem(Trouble.MESSAGE_SIZE, host=host, megabytes=-(-size // 1_000_000), most=limit // 1_000_000)


def _line(words: Sequence[str]) -> bytes:
    return " ".join(words).encode() + b"\r\n"
