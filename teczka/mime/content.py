"""The bytes inside a part, decoded: at once for texts, in pieces for attachments of any size."""

import binascii
import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final

from teczka.mime import charset
from teczka.mime.flowed import unflow
from teczka.mime.limits import LIMITS
from teczka.mime.parts import BASE64, QUOTED, Part
from teczka.mime.structure import Raw

Read = Callable[[int, int], bytes]  # (offset, length) of the raw message → its bytes there

_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_FOREIGN: Final = bytes(set(range(256)) - set(_ALPHABET))
_PADDED_BREAK: Final = re.compile(rb"=[ \t]++(?=\r?\n)")
_OPEN_ESCAPE: Final = re.compile(
    rb"=[0-9A-Fa-f\r \t]{0,70}\Z"
)  # "=", "=C", or a soft break whose line end is still to come


def decode(raw: Raw, part: Part, limit: int = LIMITS.text) -> bytes:
    """The decoded bytes, cut at `limit`. Junk in an encoding is skipped, never an error (RFC 2045 §6.7, §6.8)."""
    # No encoding here makes more than three encoded bytes of a decoded one, but for line breaks and junk.
    if part.length <= limit:
        content = raw[part.offset : part.offset + part.length]
        if part.encoding == QUOTED:
            return _unquoted(content)
        if part.encoding != BASE64:
            return content
        try:
            if b"=" not in content.rstrip()[:-2]:
                return binascii.a2b_base64(content)
        except binascii.Error:
            pass
    out = bytearray()
    for piece in decode_chunks(lambda offset, length: raw[offset : offset + length], part):
        out += piece
        if len(out) >= limit:
            break
    return bytes(out[:limit])


def decode_chunks(read: Read, part: Part) -> Iterator[bytes]:
    """The decoded bytes of an attachment in pieces of at most `LIMITS.chunk`, holding no more than one piece."""
    if part.encoding == BASE64:
        return _base64(_blocks(read, part))
    return _quoted(_blocks(read, part)) if part.encoding == QUOTED else _blocks(read, part)


def text(raw: Raw, part: Part, limit: int = LIMITS.text) -> str:
    """A text part as people's lines: its charset undone, line ends "\\n", flowed lines joined to paragraphs."""
    found = charset.decode(decode(raw, part, limit), part.charset, thorough=True)
    found = found.replace("\r\n", "\n").replace("\r", "\n") if "\r" in found else found
    return unflow(found, delsp=part.delsp) if part.flowed else found


def _blocks(read: Read, part: Part) -> Iterator[bytes]:
    end = part.offset + part.length
    for offset in range(part.offset, end, LIMITS.chunk):
        block = read(offset, min(LIMITS.chunk, end - offset))
        if not block:  # the caller's bytes end early: what is there is what there is
            return
        yield block


def _base64(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Four digits make three bytes. Padding in the middle begins anew: some senders encode piece by piece."""
    rest = b""
    for block in blocks:
        *padded, rest = (rest + block.translate(None, _FOREIGN)).split(b"=")
        for digits in padded:
            if digits:
                yield _digits(digits)
        whole = len(rest) - len(rest) % 4
        if whole:
            yield binascii.a2b_base64(rest[:whole])
        rest = rest[whole:]
    if rest:
        yield _digits(rest)


def _digits(digits: bytes) -> bytes:
    """A run without padding; a last digit alone holds only six bits and is dropped."""
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def _quoted(blocks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in chain(blocks, (b"",)):
        content = rest + block
        cut = len(content)
        if block:
            last = content.rfind(b"\n") + 1
            open_escape = _OPEN_ESCAPE.search(content, max(last, cut - 80))
            cut = last or (open_escape.start() if open_escape else cut)
        if cut:
            yield _unquoted(content[:cut])
        rest = content[cut:]


def _unquoted(content: bytes) -> bytes:
    """Blanks that some relay has put behind a soft break are no part of it (RFC 2045 §6.7 rule 3)."""
    if b"= " in content or b"=\t" in content:
        content = _PADDED_BREAK.sub(b"=", content)
    return binascii.a2b_qp(content)
