"""What of a letter's own copy (mime/compose.py) leaves: all of it but Bcc, which stands first there."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

HEAD: Final = 1_000_000  # bytes: more than a letter's headers have

_BCC = re.compile(rb"Bcc:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")
_END = re.compile(rb"\r\n\r\n")
_ANY_END = re.compile(rb"\n\r?\n")
_FIELD = re.compile(rb"^bcc[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE)
_SECRET = re.compile(rb"^(?:resent-)?bcc[ \t]*:", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Transmitted:
    start: int  # where in the own copy it begins
    ascii: bool  # its headers: else the server has to know SMTPUTF8


def transmitted(own: bytes | memoryview) -> Transmitted:
    """`own`: at least its headers. Raises ValueError where whom it goes to in secret would leave with it: that is no letter of ours."""
    found = _BCC.match(own)
    start = found.end() if found else 0
    end = _END.search(own, start)
    if end is None:
        raise ValueError("no headers")
    head = bytes(own[start : end.start()])
    if _SECRET.search(head):
        raise ValueError("Bcc among the headers that are sent")
    return Transmitted(start, head.isascii())


def without_bcc(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A message as it may go to others: enclosed whole, the copy that its sender kept would tell them who got it in secret."""
    whole = iter(pieces)
    head = b""
    for piece in whole:
        head += piece
        if len(head) > HEAD or _ANY_END.search(head):
            break
    end = _ANY_END.search(head)
    stop = end.start() + 1 if end else len(head)
    yield _FIELD.sub(b"", head[:stop]) + head[stop:]
    yield from whole
