"""Files within a letter: their bytes encoded as they are read, in sizes that are known beforehand."""

import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from teczka.core.errors import Problem, Trouble
from teczka.core.names import openable
from teczka.mime import writing

_LINE: Final = 57  # bytes of a line of base64, RFC 2045 §6.8
_BLOCK: Final = _LINE * 16_384  # decoded bytes that are encoded at once
_LONGEST: Final = 998  # octets of a line, RFC 5322 §2.1.1
_SEVEN_BIT: Final = re.compile(rb"[\x01-\t\x0b\x0c\x0e-\x7f]{0,998}")  # a line, RFC 2045 §2.7
_TYPE: Final = re.compile(r"(?!multipart/|message/)[a-z]+/[a-z0-9!#$&^_.+-]+")
_MESSAGE: Final = "message/rfc822"


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
class Enclosed:
    """An attachment's bytes within the letter: in base64, or an enclosed message as it is."""

    attachment: Attachment
    as_it_is: bool

    @property
    def size(self) -> int:
        size = self.attachment.size
        return size if self.as_it_is else (size + 2) // 3 * 4 + (size + _LINE - 1) // _LINE * 2

    def pieces(self) -> Iterator[bytes]:
        """Raises Problem(LETTER_ATTACHMENT) at the end where they were not as many bytes as was told."""
        counted = _counted(self.attachment)
        return counted if self.as_it_is else _base64(counted)


def enclose(attachment: Attachment) -> tuple[bytes, Enclosed]:
    """The part's headers with the line that ends them, and its bytes.

    An enclosed message may not be encoded (RFC 2046 §5.2.1): one that is not 7-bit goes as a file, to the byte as it came.
    """
    kind = attachment.content_type.lower()
    name = writing.saved_name(attachment.name or openable("", kind, "attachment"))
    as_it_is = kind == _MESSAGE and _seven_bit(attachment.pieces())
    kind = kind if as_it_is or _TYPE.fullmatch(kind) else "application/octet-stream"
    head = writing.content_type(kind, name)
    head += writing.field("Content-Transfer-Encoding", ["7bit" if as_it_is else "base64"])
    head += writing.disposition("inline" if attachment.inline else "attachment", name)
    head += writing.ids("Content-ID", [attachment.content_id])
    return head + b"\r\n", Enclosed(attachment, as_it_is)


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
