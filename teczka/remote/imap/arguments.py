"""The one encoder of everything that we send: nothing in an argument can end the line that it stands on (RFC 3501 §9).

str    syntax of our own: command names, atoms, fetch items
bytes  data from anywhere: quoted, or a literal where quoting is not enough
int    a number
Uids   a sequence set
tuple  a parenthesised list of these
Stream a message, as the last argument: a literal that the server must ask for

What cannot be sent so raises Problem(INTERNAL).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from teczka.core.errors import Problem, Trouble

_SYNTAX = re.compile(r"[!-~]+( [!-~]+)*")
_FORBIDDEN = re.compile(rb"[\r\n\0]")
_QUOTABLE = re.compile(rb"[\x01-\x7f]{0,1000}")  # 8-bit is no TEXT-CHAR, and servers cap the length of a line
SHORT = 250  # bytes
_ESCAPED = re.compile(rb'(["\\])')


@dataclass(frozen=True, slots=True)
class Uids:
    """A non-empty set of UIDs; written ascending, runs as ranges."""

    uids: Sequence[int]

    def encode(self) -> bytes:
        ordered = sorted(set(self.uids))
        if not ordered or ordered[0] < 1:
            raise Problem(Trouble.INTERNAL, argument="uids")
        runs: list[list[int]] = []
        for uid in ordered:
            if runs and uid == runs[-1][1] + 1:
                runs[-1][1] = uid
            else:
                runs.append([uid, uid])
        return b",".join(b"%d" % low if low == high else b"%d:%d" % (low, high) for low, high in runs)


@dataclass(frozen=True, slots=True)
class Stream:
    """Bytes that are never in memory whole. Any but NUL, which a literal cannot carry (RFC 3501 §9, CHAR8)."""

    size: int
    chunks: Iterable[bytes] = field(repr=False)

    def pieces(self) -> Iterator[bytes]:
        """Problem where they are not what was announced: the connection is of no use then, and is to be closed."""
        left = self.size
        for chunk in self.chunks:
            left -= len(chunk)
            if left < 0 or b"\0" in chunk:
                raise Problem(Trouble.INTERNAL, argument="stream")
            yield chunk
        if left:
            raise Problem(Trouble.INTERNAL, argument="stream")


Argument = str | bytes | int | Uids | Stream | tuple["Argument", ...]


def sendable(data: bytes) -> bool:
    """CR, LF and NUL are refused everywhere, also where a literal could carry the first two: no name or password needs them."""
    return not _FORBIDDEN.search(data)


def short(data: bytes) -> bool:
    """It is sent at once, in a few bytes, and not as a literal for which the server has to ask."""
    return len(data) <= SHORT and sendable(data) and _QUOTABLE.fullmatch(data) is not None


def encode(arguments: Sequence[Argument], *, literal_plus: bool = False) -> list[bytes | Stream]:
    """The line in segments, without tag and CRLF. Before each segment but the first the server's `+` must be awaited (RFC 3501 §4.3),
    unless it takes literals unasked (LITERAL+ and LITERAL-, RFC 7888). A message is always announced first, so that a server without
    room for it can say so."""
    _keep_the_promise(arguments)
    segments: list[bytearray] = [bytearray()]
    for number, argument in enumerate(arguments):
        if number:
            segments[-1] += b" "
        if isinstance(argument, Stream):
            if number + 1 < len(arguments):
                raise Problem(Trouble.INTERNAL, argument="stream")
            segments[-1] += b"{%d}\r\n" % argument.size
            return [*map(bytes, segments), argument]
        _write(argument, segments, literal_plus)
    return [*map(bytes, segments)]


def _keep_the_promise(arguments: Sequence[Argument]) -> None:
    """P3: CLOSE, and EXPUNGE without UIDs, remove what others marked, and so cannot be said. Nor is a message marked without its UID."""
    words = " ".join(argument for argument in arguments if isinstance(argument, str)).upper().split()
    if words[:1] == ["CLOSE"] or ("EXPUNGE" in words and words != ["UID", "EXPUNGE"]):
        raise Problem(Trouble.INTERNAL, argument="forbidden")
    if {"EXPUNGE", "STORE", "MOVE"} & set(words[:2]) and not (len(arguments) > 2 and isinstance(arguments[2], Uids)):
        raise Problem(Trouble.INTERNAL, argument="forbidden")


def _write(argument: Argument, segments: list[bytearray], literal_plus: bool) -> None:
    if isinstance(argument, str):
        if not _SYNTAX.fullmatch(argument):
            raise Problem(Trouble.INTERNAL, argument="syntax")
        segments[-1] += argument.encode("ascii")
    elif isinstance(argument, bytes):
        _write_data(argument, segments, literal_plus)
    elif isinstance(argument, int):
        segments[-1] += b"%d" % argument
    elif isinstance(argument, Uids):
        segments[-1] += argument.encode()
    elif isinstance(argument, Stream):
        raise Problem(Trouble.INTERNAL, argument="stream")
    else:
        segments[-1] += b"("
        for number, inner in enumerate(argument):
            if number:
                segments[-1] += b" "
            _write(inner, segments, literal_plus)
        segments[-1] += b")"


def _write_data(data: bytes, segments: list[bytearray], literal_plus: bool) -> None:
    if not sendable(data):
        raise Problem(Trouble.INTERNAL, argument="data")
    if _QUOTABLE.fullmatch(data):
        segments[-1] += b'"' + _ESCAPED.sub(rb"\\\1", data) + b'"'
    elif literal_plus and len(data) <= 4096:  # LITERAL- allows no more, RFC 7888 §5
        segments[-1] += b"{%d+}\r\n" % len(data) + data
    else:
        segments[-1] += b"{%d}\r\n" % len(data)
        segments.append(bytearray(data))
