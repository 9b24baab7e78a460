"""What a message's own headers tell in place of what POP3 does not: when it came, who wrote it, and a fingerprint to know it again by."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from teczka.core.mail import Envelope
from teczka.mime import addresses, dates, headers

_END = re.compile(rb"\r?\n\r?\n")
_DATE = re.compile(rb"^date[ \t]*:(.*(?:\n[ \t].*)*)", re.MULTILINE | re.IGNORECASE)
_RECEIVED = re.compile(rb"^received[ \t]*:(.*(?:\n[ \t].*)*)", re.MULTILINE | re.IGNORECASE)
_FOLD = re.compile(rb"\r?\n")
# Servers write these into what they give, another value each time.
_OF_THE_SERVER = re.compile(
    rb"^(?:status|x-status|x-uidl|x-keywords)[ \t]*:.*\n(?:[ \t].*\n)*", re.MULTILINE | re.IGNORECASE
)
_NAMED = re.compile(rb"^message-id[ \t]*:[ \t]*\S", re.MULTILINE | re.IGNORECASE)
_AHEAD = timedelta(days=1)  # of our clock: what a message's own time may be


def header_block(message: bytes | bytearray, most: int) -> bytes:
    """Up to the first blank line, without it; what lies beyond `most` bytes is not looked at."""
    stop = message.find(b"\r\n\r\n", 0, most)
    if stop < 0 or message.find(b"\n\n", 0, stop) >= 0:
        end = _END.search(message, 0, most)
        stop = end.start() if end else most
    return bytes(message[:stop]).lstrip(b"\r\n")


def fingerprint(block: bytes) -> bytes:
    """SHA-256 of the headers, however their lines end. Empty where no Message-ID makes them differ from those of others."""
    lines = _OF_THE_SERVER.sub(b"", block.rstrip(b"\r\n").replace(b"\r\n", b"\n") + b"\n")
    return sha256(lines).digest() if _NAMED.search(lines) else b""


def arrival(block: bytes) -> datetime:
    """In UTC: when the last server on the way received it (RFC 5321 §4.4, the topmost field), else when it was written, else now."""
    now = datetime.now(UTC)
    for value in _told(block):
        moment, clamped = dates.read(_FOLD.sub(b"", value).strip())
        if moment and not clamped and moment <= now + _AHEAD:
            return moment.astimezone(UTC)
    return now


def _told(block: bytes) -> Iterator[bytes]:
    received = _RECEIVED.search(block)
    if received:
        yield received[1].rpartition(b";")[2]
    written = _DATE.search(block)
    if written:
        yield written[1]


def envelope(block: bytes) -> Envelope:
    """As IMAP's ENVELOPE would be, for a list that does not wait until the message is read."""
    found = headers.fields(block, of_message=True)
    return Envelope(
        date=found.get(b"date", b""),
        subject=found.get(b"subject", b""),
        from_=_people(found.get(b"from", b"")),
        to=_people(found.get(b"to", b"")),
        cc=(),
        in_reply_to=b"",
        message_id=found.get(b"message-id", b""),
    )


def _people(value: bytes) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((person.name.encode(), person.address.encode()) for person in addresses.read(value))
