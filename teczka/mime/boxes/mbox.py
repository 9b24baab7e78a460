"""Messages one after another in one file, each after a line that begins with "From ": RFC 4155, and the dialects that came before it.

A line of a message that begins so is quoted by ">": once and only once in mboxo, once more in mboxrd, which we write. mboxcl and mboxcl2
tell the length of each body (Content-Length), and mboxcl2 quotes nothing. A length is believed where a message ends there.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from mmap import mmap
from typing import Final

from teczka.mime import dates
from teczka.mime.boxes.found import HELD_BYTES

STRIDE: Final = 1_000_000
LONGEST: Final = 1_000  # bytes of a line that begins a message
HEADERS: Final = 1_000_000  # bytes in which a body's length is looked for

_WEEKDAY: Final = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTH: Final = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
# As asctime writes it; some write the zone before the year, some after it.
_STRICT: Final = re.compile(
    rb"From \S* +("
    + _WEEKDAY
    + rb" +"
    + _MONTH
    + rb" +\d{1,2} +\d{1,2}:\d\d(?::\d\d)?(?: +[A-Za-z0-9+-]{1,10})? +\d{4}(?: +[+-]\d{4})?)\s*(?:remote from .*)?$"
)
_LOOSE: Final = re.compile(rb"From (?:.*\d:\d\d.*|-?\s*|\S+@\S+\s*)$")
_HEADER: Final = re.compile(rb"[!-9;-~]+[ \t]*:|>?From |\r?\n")
_LENGTH: Final = re.compile(rb"^content-length[ \t]*:[ \t]*(\d{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_QUOTED: Final = re.compile(rb"^>(>*From )", re.MULTILINE)
_ADDRESS: Final = re.compile(r"[!-~]{1,320}")
_TO_QUOTE: Final = re.compile(rb"^(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Piece:
    """Where a message lies between the line that begins it and the blank line after it."""

    line: bytes  # that begins it
    start: int
    end: int
    quoted: bool  # its lines that look like beginnings are quoted

    @property
    def at(self) -> datetime | None:
        """When it arrived, as its first line says. Thunderbird says there when it saved it ("From - "), which tells nothing."""
        strict = _STRICT.match(self.line)
        if strict is None or self.line.startswith(b"From - "):
            return None
        return dates.read(_as_date(strict[1]))[0]


def is_mbox(head: bytes) -> bool:
    """Whether a file that begins so is one."""
    return head.startswith(b"From ") and _begins(head, 0, 0) > 0


def pieces(box: mmap | bytes, begin: int = 0) -> Iterator[Piece]:
    """All of its messages, from `begin` on. Holds none; costs a look at every byte, and another where bodies' lengths are told."""
    quoted = not _unquoted(box, begin)
    for line, start, end, _ in _split(box, begin):
        yield Piece(line, start, end, quoted)


def content(box: mmap | bytes, piece: Piece) -> bytes | Iterator[bytes]:
    """The message's bytes as they were before they were put into the file; in pieces where it is long."""
    if piece.end - piece.start > HELD_BYTES:
        return _long(box, piece)
    raw = box[piece.start : piece.end]
    return _QUOTED.sub(rb"\1", raw) if piece.quoted and b">From " in raw else raw


def written(first: bytes, pieces: Iterable[bytes], sender: str, at: datetime, lines: bytes) -> Iterator[bytes]:
    """A message as mboxrd has it: the line that begins it, `lines` before its headers, and the blank line behind it. `first`: how its
    first line ends."""
    name = sender if _ADDRESS.fullmatch(sender) else "MAILER-DAEMON"
    yield f"From {name} {at.astimezone(UTC).strftime('%a %b %e %H:%M:%S %Y')}".encode("ascii") + first + lines
    last = b"\n"
    for piece in _quoted(pieces):
        yield piece
        last = piece[-1:] or last
    yield first if last == b"\n" else first * 2


def _quoted(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Cut at ends of lines, as far as these are no longer than a stride: each line is judged by its beginning."""
    held, fresh = b"", True
    for piece in pieces:
        held += piece
        if len(held) < STRIDE:
            continue
        cut = (held.rfind(b"\n") + 1) or len(held)
        yield _quote(held[:cut], fresh)
        held, fresh = held[cut:], held[cut - 1 : cut] == b"\n"
    if held:
        yield _quote(held, fresh)


def _quote(part: bytes, fresh: bool) -> bytes:
    if b"From " not in part:
        return part
    first, ends, rest = (b"", b"", part) if fresh else part.partition(b"\n")
    return first + ends + _TO_QUOTE.sub(rb">\1", rest)


def _long(box: mmap | bytes, piece: Piece) -> Iterator[bytes]:
    """Cut only at ends of lines that are no longer than a stride, so that each line is judged by its beginning."""
    start = piece.start
    fresh = True
    while start < piece.end:
        stop = min(start + STRIDE, piece.end)
        if stop < piece.end:
            stop = (box.rfind(b"\n", start, stop) + 1) or stop
        part = box[start:stop]
        if piece.quoted and b">From " in part:
            first, ends, rest = (b"", b"", part) if fresh else part.partition(b"\n")
            part = first + ends + _QUOTED.sub(rb"\1", rest)
        yield part
        fresh = box[stop - 1 : stop] == b"\n"
        start = stop


def _unquoted(box: mmap | bytes, begin: int) -> bool:
    """Whether the file is an mboxcl2: a message whose length is told holds a line that would have been quoted."""
    if box.find(b"\nContent-Length:") < 0 and box.find(b"\ncontent-length:") < 0:
        return False
    return any(told and box.find(b"\nFrom ", start, end) >= 0 for _, start, end, told in _split(box, begin))


def _split(box: mmap | bytes, at: int) -> Iterator[tuple[bytes, int, int, bool]]:
    """The line that begins each message, its first byte and the one behind its last, and whether its length was told."""
    while at < len(box):
        start = _begins(box, at, at)
        if not start:  # no message begins here: the file does not begin with one
            at = _next(box, at)
            continue
        line = box[at:start].rstrip(b"\r\n")
        if told := _told(box, start):
            end, at = told
        else:
            at = _next(box, start)
            end = _without_blank(box, start, at)
        yield line, start, end, told is not None


def _next(box: mmap | bytes, start: int) -> int:
    """Where the next message begins; the file's end where none does."""
    at = start - 1
    while (at := box.find(b"\nFrom ", at)) >= 0:
        if _begins(box, at + 1, start):
            return at + 1
        at += 1
    return len(box)


def _begins(box: mmap | bytes, at: int, first: int) -> int:
    """Where the message begins whose first line stands at `at`; 0: it is an ordinary line. One that is not exactly as it should be needs
    a blank line before it and a header after it."""
    end = box.find(b"\n", at, at + LONGEST) + 1
    if not end or box[at : at + 5] != b"From ":
        return 0
    line = box[at:end].rstrip(b"\r\n")
    if end < len(box) and not _HEADER.match(box[end : end + LONGEST]):
        return 0
    if _STRICT.match(line):
        return end
    if box[end : end + 2].startswith((b"\n", b"\r\n")):
        return 0
    blank = at == first or box[max(at - 2, 0) : at] == b"\n\n" or box[max(at - 3, 0) : at] == b"\n\r\n"
    return end if blank and _LOOSE.match(line) else 0


def _told(box: mmap | bytes, start: int) -> tuple[int, int] | None:
    """Where this message ends and the next begins, by the length that it tells; None where it tells none, or a wrong one."""
    limit = box.find(b"\nFrom ", start, start + HEADERS)
    limit = min(start + HEADERS, len(box)) if limit < 0 else limit
    blanks = [
        (found, length)
        for blank, length in ((b"\n\n", 2), (b"\n\r\n", 3))
        if (found := box.find(blank, start, limit + length)) >= 0
    ]
    if not blanks:
        return None
    headers, blank = min(blanks)
    length = _LENGTH.search(box[start : headers + 1])
    if length is None:
        return None
    end = at = headers + blank + int(length[1])
    for _ in range(3):
        if at == len(box) or (box[at : at + 5] == b"From " and _begins(box, at, at)):
            return end, at
        if at > len(box):
            return None
        at += 2 if box[at : at + 2] == b"\r\n" else 1 if box[at : at + 1] == b"\n" else 0
    return None


def _without_blank(box: mmap | bytes, start: int, end: int) -> int:
    """The blank line that parts a message from the next is none of its own."""
    for blank in (b"\r\n\r\n", b"\n\n"):
        if end - len(blank) >= start and box[end - len(blank) : end] == blank:
            return end - len(blank) // 2
    return end


def _as_date(asctime: bytes) -> bytes:
    """RFC 5322's order of what asctime tells; without a zone it is UTC (RFC 4155)."""
    _, month, day, time, *rest = asctime.split()
    year = next((word for word in rest if len(word) == 4 and word.isdigit()), b"")
    zone = next((word for word in rest if word != year), b"+0000")
    return b" ".join([day, month, year, time, zone])
