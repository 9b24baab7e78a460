"""A message's bytes to what it says of itself. Nothing here raises, whatever the bytes; time is linear in them.

Only places are found: contents are decoded when asked for (`content`), attachments by offset from wherever the bytes lie.
"""

from dataclasses import dataclass, field
from datetime import datetime
from mmap import mmap
from typing import Final

from teczka.core.recipients import Mailbox, called
from teczka.mime import addresses, dates, headers, unsubscribe
from teczka.mime.content import decode
from teczka.mime.limits import LIMITS
from teczka.mime.parts import Body, Part, bodies
from teczka.mime.structure import Raw, Structure
from teczka.mime.unsubscribe import Way
from teczka.mime.words import decode_words

_PEOPLE: Final = {b"from": "from_", b"to": "to", b"cc": "cc", b"bcc": "bcc", b"reply-to": "reply_to"}


@dataclass(slots=True)
class Headers:
    """The fields that we read. `defects` are stable keys such as "date.clamped"."""

    subject: str = ""
    from_: list[Mailbox] = field(default_factory=list)
    to: list[Mailbox] = field(default_factory=list)
    cc: list[Mailbox] = field(default_factory=list)
    bcc: list[Mailbox] = field(default_factory=list)
    reply_to: list[Mailbox] = field(default_factory=list)
    date: datetime | None = None  # aware, 1970–2099; None where missing or unreadable
    message_id: str = ""  # ids without angle brackets
    in_reply_to: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    case: str = ""  # of a letter that was written in a case (store/case_header.py)
    unsubscribe: list[Way] = field(default_factory=list)  # best first
    defects: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Parsed(Headers):
    """A whole message. `parts` is its tree in document order; the other fields say what each leaf is for."""

    parts: list[Part] = field(default_factory=list)
    bodies: list[Body] = field(default_factory=list)  # passages of the letter, in order
    attachments: list[Part] = field(default_factory=list)
    # Content-ID → image that belongs to a page; any other is an attachment
    inline: dict[str, Part] = field(default_factory=dict)


def scan(raw: bytes | bytearray | memoryview | mmap) -> Parsed:
    """The message in `raw`. A memoryview or bytearray is copied once; give bytes or an mmap where it is large."""
    whole: Raw = raw if isinstance(raw, bytes | mmap) else bytes(raw)
    structure = Structure(whole, len(whole))
    structure.read()
    parsed = Parsed(defects=list(structure.defects), parts=structure.parts)
    _fill(parsed, structure.fields)
    parsed.bodies, rest = bodies([part for part in structure.parts if not part.is_multipart])
    has_page = any(body.pages for body in parsed.bodies)
    for part in rest:
        if (
            has_page
            and part.related
            and part.cid
            and part.content_type.startswith("image/")
            and part.cid not in parsed.inline
        ):
            parsed.inline[part.cid] = part
        else:
            parsed.attachments.append(part)
    return parsed


def scan_headers(prefix: bytes) -> Headers:
    """The headers alone, from the message's first bytes (or BODY[HEADER]); what lies behind the blank line is not looked at."""
    end = min((place for mark in (b"\n\n", b"\n\r\n") if (place := prefix.find(mark)) >= 0), default=len(prefix))
    found = Headers(defects=["header.limit"] if end > LIMITS.header_block else [])
    _fill(found, headers.fields(prefix[:end], of_message=True))
    return found


def inner(raw: Raw, part: Part) -> tuple[bytes, Parsed]:
    """An enclosed message (message/rfc822): its own bytes, and the offsets of its parts within them."""
    message = decode(raw, part, LIMITS.inner_message)
    return message, scan(message)


def envelope_address(name: bytes, address: bytes) -> Mailbox:
    """A person as IMAP's ENVELOPE gives it: both raw, the name perhaps in encoded words."""
    return called(decode_words(name), decode_words(address)[: LIMITS.address])


def _fill(into: Headers, fields: headers.Fields) -> None:
    for name, attribute in _PEOPLE.items():
        if value := fields.get(name):
            people = addresses.read(value)
            setattr(into, attribute, people)
            if len(people) >= LIMITS.addresses:
                into.defects.append("addresses.limit")
    if value := fields.get(b"date"):
        into.date, clamped = dates.read(value)
        if clamped or into.date is None:
            into.defects.append("date.clamped" if clamped else "date.unreadable")
    into.subject = decode_words(fields.get(b"subject", b""))
    into.message_id = next(iter(headers.ids(fields.get(b"message-id", b""))), "")
    into.in_reply_to = headers.ids(fields.get(b"in-reply-to", b""))
    into.references = headers.ids(fields.get(b"references", b""))
    into.case = b"".join(fields.get(b"teczka-case", b"").split()).decode("ascii", "replace")
    if left := fields.get(b"list-unsubscribe"):
        into.unsubscribe = unsubscribe.ways(left, fields.get(b"list-unsubscribe-post", b""))
