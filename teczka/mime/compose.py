"""A letter to the bytes that are sent: headers, text, page, pictures, attachments; streamed, so that no attachment is held whole.

The bytes depend on the letter alone, boundaries included (they come from its Message-ID): built twice, they are the same. All of them are
7-bit but for addresses whose local part is not ASCII, so that no relay has a reason to re-encode anything. Bcc stands first and
apart: what is transmitted is what the sender keeps, without it.
"""

import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import Final
from uuid import uuid4

from teczka.core.errors import Problem, Trouble
from teczka.core.recipients import Mailbox
from teczka.mime import flowed, text, writing
from teczka.mime.enclosing import Attachment, Enclosed, enclose
from teczka.mime.recipients import wire

_REFERENCES: Final = 30  # the first and the newest
_PAGE: Final = (
    '<!DOCTYPE html>\n<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>'
    "<body>{}</body></html>\n"
)

Parts = list[bytes | Enclosed]


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sent. `date` is aware, and written in its own zone; message ids stand without their brackets."""

    sender: Mailbox
    to: Sequence[Mailbox]
    subject: str
    text: str  # a line for each paragraph; with a page and without it, the page's own words
    date: datetime
    message_id: str
    html: str = ""  # what stands in the page's body; empty: the letter is plain text
    cc: Sequence[Mailbox] = ()
    bcc: Sequence[Mailbox] = ()
    reply_to: Sequence[Mailbox] = ()
    in_reply_to: str = ""
    references: Sequence[str] = ()
    case: str = ""  # sealed: in which case it was written
    attachments: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class Built:
    """The bytes of a letter, in pieces."""

    bcc: bytes
    rest: tuple[bytes | Enclosed, ...]

    @property
    def transmitted_size(self) -> int:
        """Bytes without Bcc, exact (RFC 1870 SIZE), known before any attachment is read."""
        return sum(len(one) if isinstance(one, bytes) else one.size for one in self.rest)

    @property
    def own_size(self) -> int:
        return len(self.bcc) + self.transmitted_size

    def own(self) -> Iterator[bytes]:
        """As its sender keeps it: what is transmitted (mime/transmitted.py), and Bcc before it.

        Raises Problem(LETTER_ATTACHMENT) where an attachment is not as long as was told.
        """
        if self.bcc:
            yield self.bcc
        for one in self.rest:
            if isinstance(one, bytes):
                yield one
            else:
                yield from one.pieces()


def new_message_id(sender: str) -> str:
    """For a letter from this address; nothing in it tells of a machine, a person or a time. Raises Problem(ADDRESS_SPELLING)."""
    return f"{uuid4()}@{wire(sender).rpartition('@')[2]}"


def build(letter: Letter) -> Built:
    """The letter's bytes, lines ending in CRLF and of at most 998 octets. Attached messages are read once, other attachments not yet.

    Raises Problem: LETTER_CHARACTERS for a header that would be more than a line, ADDRESS_SPELLING.
    """
    boundary = "=_" + sha256(letter.message_id.encode("utf-8", "replace")).hexdigest()[:40]
    parts = _body(letter, boundary)
    files = [one for one in letter.attachments if not (letter.html and one.inline)]
    if files:
        parts = _multipart("mixed", boundary + "m", [parts, *map(enclose, files)])
    return Built(writing.people("Bcc", letter.bcc), _joined((_head(letter), *parts)))


def words(letter: Letter) -> str:
    """What its plain text says."""
    return letter.text or text.of_html(letter.html)


def page(letter: Letter) -> str:
    """Its page, whole; empty where it is plain text."""
    return _PAGE.format(letter.html) if letter.html else ""


def _head(letter: Letter) -> bytes:
    newest = [*letter.references[:1], *letter.references[1:][1 - _REFERENCES :]]
    # Where nobody is named, a relay may name those of the envelope.
    nobody = b"" if letter.to or letter.cc else writing.field("To", ["undisclosed-recipients:;"])
    return b"".join(
        (
            writing.people("From", [letter.sender]),
            writing.people("Reply-To", letter.reply_to),
            writing.people("To", letter.to),
            writing.people("Cc", letter.cc),
            nobody,
            writing.unstructured("Subject", letter.subject),
            writing.field("Date", [format_datetime(letter.date)]),
            writing.ids("Message-ID", [letter.message_id]),
            writing.ids("In-Reply-To", [letter.in_reply_to]),
            writing.ids("References", newest),
            writing.sealed("Teczka-Case", letter.case),
            writing.field("MIME-Version", ["1.0"]),
        )
    )


def _body(letter: Letter, boundary: str) -> Parts:
    plain = _text("plain; charset=UTF-8; format=flowed", flowed.flow(words(letter)))
    if not letter.html:
        return plain
    shown = _text("html; charset=UTF-8", page(letter))
    pictures = [enclose(one) for one in letter.attachments if one.inline]
    if pictures:
        shown = _multipart("related", boundary + "r", [shown, *pictures], 'type="text/html"')
    return _multipart("alternative", boundary + "a", [plain, shown])


def _multipart(kind: str, boundary: str, children: Sequence[Sequence[bytes | Enclosed]], more: str = "") -> Parts:
    tokens = [f"multipart/{kind};", *([f"{more};"] if more else []), f'boundary="{boundary}"']
    out: Parts = [writing.field("Content-Type", tokens) + b"\r\n"]
    for child in children:
        out += [f"--{boundary}\r\n".encode(), *child, b"\r\n"]
    return [*out, f"--{boundary}--\r\n".encode()]


def _text(kind: str, content: str) -> Parts:
    if "\0" in content:
        raise Problem(Trouble.LETTER_CHARACTERS, field="text")
    lines = content.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    encoded = binascii.b2a_qp(lines.replace(b"\n", b"\r\n"), istext=True)
    head = f"Content-Type: text/{kind}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return [head.encode() + encoded]


def _joined(parts: Sequence[bytes | Enclosed]) -> tuple[bytes | Enclosed, ...]:
    """Bytes that touch are one piece."""
    out: Parts = []
    for part in parts:
        if out and isinstance(part, bytes) and isinstance(last := out[-1], bytes):
            out[-1] = last + part
        else:
            out.append(part)
    return tuple(out)
