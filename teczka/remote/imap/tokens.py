"""The pieces of a response as values: lists, atoms, strings (RFC 3501 §4, §9).

bytes       an atom or a quoted string: where the difference matters the caller knows by the position
None        NIL
bytearray, Spool   a literal
list        a parenthesised list

Whatever is none of these, or not what was expected, raises NotImap.
"""

import re
from collections.abc import Sequence
from typing import Union

from teczka.remote.imap.reader import Piece
from teczka.remote.types import Spool

Value = Union[bytes, bytearray, Spool, "list[Value]", None]

# Possessive, so that a string without its end costs one pass and not an exponential number of them.
_TOKEN = re.compile(rb' *+(?:([()])|"((?:[^"\\\r\n]++|\\.)*+)"|([^ ()"{\r\n]++)|(\{\d++\}$))')
_ESCAPE = re.compile(rb"\\(.)")
_NUMBER = re.compile(rb"\d{1,20}")

MOST = 500_000  # values of one response, roughly: an ENVELOPE of 40,000 people has as many
LARGEST = 2**32  # above any number, RFC 3501 §9: UIDs, UIDVALIDITY, UIDNEXT


class NotImap(ValueError):
    """An answer that does not make sense; the caller knows whose it was."""


def values(pieces: Sequence[Piece], depth: int = 32) -> list[Value]:
    """All values of a response, from after its keyword to its end. Before each there stands a space, a parenthesis or a quote."""
    if sum(line.count(mark) for line in pieces[::2] if isinstance(line, bytes) for mark in (b" ", b"(", b'"')) > MOST:
        raise NotImap("too much")
    top: list[Value] = []
    stack = [top]
    for number, piece in enumerate(pieces):
        if number % 2:
            stack[-1].append(piece)
        elif isinstance(piece, bytes):
            _line(piece, stack, depth, literal_follows=number + 1 < len(pieces))
    if len(stack) != 1:
        raise NotImap("a list without its end")
    return top


def _line(line: bytes, stack: list[list[Value]], depth: int, *, literal_follows: bool) -> None:
    position, end = 0, len(line)
    match = _TOKEN.match
    current = stack[-1]
    while position < end:
        found = match(line, position)
        if found is None:
            if line[position:].strip(b" "):
                raise NotImap("no token")
            break
        position = found.end()
        kind = found.lastindex
        if kind == 3:
            atom = found[3]
            current.append(None if len(atom) == 3 and atom.upper() == b"NIL" else atom)
        elif kind == 2:
            text = found[2]
            current.append(_ESCAPE.sub(rb"\1", text) if b"\\" in text else text)
        elif kind == 1:
            if found[1] == b"(":
                if len(stack) > depth:
                    raise NotImap("too deep")
                inner: list[Value] = []
                current.append(inner)
                stack.append(inner)
            else:
                if len(stack) == 1:
                    raise NotImap("a list without its beginning")
                stack.pop()
            current = stack[-1]
        elif not literal_follows or position != end:
            raise NotImap("a literal that is not there")


def number(value: Value, limit: int = 2**63) -> int:
    """RFC 3501 §9 number, RFC 7162 §7 mod-sequence-value; digits are counted before they are converted."""
    if not isinstance(value, bytes) or not _NUMBER.fullmatch(value) or int(value) >= limit:
        raise NotImap("no number")
    return int(value)


def validity(value: Value) -> int:
    """A UIDVALIDITY. Some count milliseconds, beyond RFC 3501's 32 bits: of these the lower ones, as other clients read them."""
    return number(value) % LARGEST


def text(value: Value) -> bytes:
    """A string or NIL, which reads as empty."""
    if value is None:
        return b""
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    raise NotImap("no text")


def listed(value: Value) -> list[Value]:
    """A list or NIL, which reads as empty."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    raise NotImap("no list")


def ascii_text(value: Value) -> str:
    return text(value).decode("ascii", "backslashreplace")
