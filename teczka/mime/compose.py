"""A letter to the bytes that are sent: headers, text, page, pictures, attachments; streamed, so that no attachment is held whole.

The bytes depend on the letter alone, boundaries included (they come from its Message-ID): built twice, they are the same. All of them are
7-bit but for addresses whose local part is not ASCII, so that no relay has a reason to re-encode anything. Bcc stands first and
apart: what is transmitted is what the sender keeps, without it.
"""

import binascii
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import Final
from uuid import uuid4

from teczka.core.errors import Problem, Trouble
from teczka.core.recipients import Mailbox
from teczka.mime import flowed, text, writing
from teczka.mime.recipients import wire

_LINE: Final = 57  # bytes of a line of base64, RFC 2045 §6.8
_BLOCK: Final = _LINE * 16_384  # decoded bytes that are encoded at once
_LONGEST: Final = 998  # octets of a line, RFC 5322 §2.1.1
_REFERENCES: Final = 30  # the first and the newest
_TYPE: Final = re.compile(r"(?!multipart/|message/)[a-z]+/[a-z0-9!#$&^_.+-]+")
_LETTER: Final = "message/rfc822"
_SEVEN_BIT: Final = re.compile(rb"[\x01-\t\x0b\x0c\x0e-\x7f]{0,998}")  # a line, RFC 2045 §2.7
_PAGE: Final = (
    '<!DOCTYPE html>\n<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>'
    "<body>{}</body></html>\n"
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a letter. `pieces` may be called several times and yields the same `size` bytes each time."""

    name: str
    content_type: str
    size: int
    pieces: Callable[[], Iterator[bytes]]
    content_id: str = ""  # without brackets
    inline: bool = False  # a picture that the page shows by its Content-ID


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
    attachments: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class Built:
    """The bytes of a letter, in pieces. `own()[bcc_length:] == transmitted()`."""

    _bcc: bytes
    _segments: "tuple[bytes | _File, ...]"

    @property
    def bcc_length(self) -> int:
        return len(self._bcc)

    @property
    def transmitted_size(self) -> int:
        """Bytes, exact (RFC 1870 SIZE), known before any attachment is read."""
        return sum(len(part) if isinstance(part, bytes) else part.encoded_size for part in self._segments)

    @property
    def own_size(self) -> int:
        return self.bcc_length + self.transmitted_size

    @property
    def smtputf8(self) -> bool:
        """Whether the server has to know SMTPUTF8 (RFC 6531): an address cannot be said in ASCII."""
        return not (self._bcc.isascii() and all(part.isascii() for part in self._segments if isinstance(part, bytes)))

    def own(self) -> Iterator[bytes]:
        """For the sender's own folders: with Bcc. Raises Problem(LETTER_ATTACHMENT) where an attachment is not as long as was told."""
        if self._bcc:
            yield self._bcc
        yield from self.transmitted()

    def transmitted(self) -> Iterator[bytes]:
        """For everybody else: without Bcc. Raises as `own` does."""
        for part in self._segments:
            if isinstance(part, bytes):
                yield part
            else:
                yield from part.encoded()


@dataclass(frozen=True, slots=True)
class _File:
    """An attachment's bytes within the letter: in base64, or an enclosed message as it is."""

    attachment: Attachment
    as_it_is: bool = False

    @property
    def encoded_size(self) -> int:
        size = self.attachment.size
        return size if self.as_it_is else (size + 2) // 3 * 4 + (size + _LINE - 1) // _LINE * 2

    def encoded(self) -> Iterator[bytes]:
        counted = _counted(self.attachment)
        return counted if self.as_it_is else _base64(counted)


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
        parts = _multipart("mixed", boundary + "m", [parts, *map(_file, files)])
    return Built(writing.people("Bcc", letter.bcc), _joined((_head(letter), *parts)))


def words(letter: Letter) -> str:
    """What its plain text says."""
    return letter.text or text.of_html(letter.html)


def page(letter: Letter) -> str:
    """Its page, whole; empty where it is plain text."""
    return _PAGE.format(letter.html) if letter.html else ""


def _head(letter: Letter) -> bytes:
    newest = [*letter.references[:1], *letter.references[1:][1 - _REFERENCES :]]
    nobody = (
        b"" if letter.to or letter.cc else writing.field("To", ["undisclosed-recipients:;"])
    )  # else a relay may name them
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
            writing.field("MIME-Version", ["1.0"]),
        )
    )


def _body(letter: Letter, boundary: str) -> "list[bytes | _File]":
    plain = _text("plain; charset=UTF-8; format=flowed", flowed.flow(words(letter)))
    if not letter.html:
        return plain
    shown = _text("html; charset=UTF-8", page(letter))
    pictures = [_file(one) for one in letter.attachments if one.inline]
    if pictures:
        shown = _multipart("related", boundary + "r", [shown, *pictures], 'type="text/html"')
    return _multipart("alternative", boundary + "a", [plain, shown])


def _multipart(
    kind: str, boundary: str, children: "Sequence[list[bytes | _File]]", more: str = ""
) -> "list[bytes | _File]":
    tokens = [f"multipart/{kind};", *([f"{more};"] if more else []), f'boundary="{boundary}"']
    out: list[bytes | _File] = [writing.field("Content-Type", tokens) + b"\r\n"]
    for child in children:
        out += [f"--{boundary}\r\n".encode(), *child, b"\r\n"]
    return [*out, f"--{boundary}--\r\n".encode()]


def _text(kind: str, content: str) -> "list[bytes | _File]":
    if "\0" in content:
        raise Problem(Trouble.LETTER_CHARACTERS, field="text")
    lines = content.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    encoded = binascii.b2a_qp(lines.replace(b"\n", b"\r\n"), istext=True)
    head = f"Content-Type: text/{kind}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return [head.encode() + encoded]


def _file(attachment: Attachment) -> "list[bytes | _File]":
    """An enclosed message may not be encoded (RFC 2046 §5.2.1): one that is not 7-bit goes as a file, to the byte as it came."""
    name = writing.saved_name(attachment.name)
    kind = attachment.content_type.lower()
    as_it_is = kind == _LETTER and _seven_bit(attachment.pieces())
    kind = kind if as_it_is or _TYPE.fullmatch(kind) else "application/octet-stream"
    head = writing.content_type(kind, name)
    head += writing.field("Content-Transfer-Encoding", ["7bit" if as_it_is else "base64"])
    head += writing.disposition("inline" if attachment.inline else "attachment", name)
    head += writing.ids("Content-ID", [attachment.content_id] if attachment.content_id else [])
    return [head + b"\r\n", _File(attachment, as_it_is)]


def _counted(attachment: Attachment) -> Iterator[bytes]:
    count = 0
    for piece in attachment.pieces():
        count += len(piece)
        yield piece
    if count != attachment.size:
        raise Problem(Trouble.LETTER_ATTACHMENT, name=attachment.name[:100])


def _seven_bit(pieces: Iterator[bytes]) -> bool:
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\r\n")
        if len(rest) > _LONGEST + 1 or not all(map(_SEVEN_BIT.fullmatch, lines)):
            return False
    return _SEVEN_BIT.fullmatch(rest) is not None


def _base64(pieces: Iterator[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= _BLOCK:
            yield _digits(bytes(held[:_BLOCK]))
            del held[:_BLOCK]
    if held:
        yield _digits(bytes(held))


def _digits(block: bytes) -> bytes:
    digits = binascii.b2a_base64(block, newline=False)
    return b"".join(digits[start : start + 76] + b"\r\n" for start in range(0, len(digits), 76))


def _joined(parts: "Sequence[bytes | _File]") -> "tuple[bytes | _File, ...]":
    """Bytes that touch are one piece."""
    out: list[bytes | _File] = []
    for part in parts:
        if out and isinstance(part, bytes) and isinstance(last := out[-1], bytes):
            out[-1] = last + part
        else:
            out.append(part)
    return tuple(out)
