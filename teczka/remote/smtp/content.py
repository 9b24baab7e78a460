"""A message's text as it leaves (RFC 5321 §4.5.2, RFC 2045 §2.7)."""

import re
from collections.abc import Iterable, Iterator

Piece = bytes | bytearray | memoryview

END = b".\r\n"

_LINE_END = re.compile(rb"\r\n|\r|\n")


def dotted(pieces: Iterable[Piece]) -> Iterator[bytes]:
    """Every line ends with CRLF, and one that begins with a dot has another before it; `END` follows, by itself.

    A CR or LF that stands alone leaves as CRLF: a server that took it for a line's end, and another that did not, would disagree about
    where the message ends, and what comes after would be a second message (smuggling).
    """
    begins, held = True, b""  # the next byte begins a line; a CR whose LF may come with the next piece
    for piece in pieces:
        data = held + bytes(piece)
        held = b"\r" if data.endswith(b"\r") else b""
        data = _LINE_END.sub(b"\r\n", data[: len(data) - len(held)])
        if data:
            stuffed = data.replace(b"\r\n.", b"\r\n..")
            yield b"." + stuffed if begins and data.startswith(b".") else stuffed
            begins = data.endswith(b"\r\n")
    if held or not begins:
        yield b"\r\n"
