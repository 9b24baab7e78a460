"""The client's half of the IMAP grammar (RFC 3501 §9): a command's bytes into values, and sequence sets.

A command arrives as pieces, text and literal in turn. Everything that is not the grammar raises `Bad`; nothing else is raised.
The verbs and the session raise `Bad` and `No` likewise.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

DEPTH = 20
TAG = re.compile(rb"[^\x00-\x20\x7f-\xff(){%*\"\\+]{1,64}")
LITERAL = re.compile(rb"\{(\d{1,10})(\+?)\}$")  # "+" is RFC 7888: the bytes follow without waiting
# An atom, wide enough for flags, list patterns and BODY[HEADER.FIELDS (To)]<0.100>, whose brackets may hold spaces.
_TOKEN = re.compile(
    rb'(?P<sign>[ ()])|"(?P<quoted>(?:[^"\\\r\n\x00\x80-\xff]|\\["\\])*)"'
    rb"|(?P<atom>(?:[^\x00-\x20\x7f-\xff(){\"\[]|\[[^\]\r\n\x00]*\])+)"
)
_ESCAPED = re.compile(rb'\\(["\\])')
_SET = re.compile(rb"(?:\*|[1-9]\d{0,9})(?::(?:\*|[1-9]\d{0,9}))?(?:,(?:\*|[1-9]\d{0,9})(?::(?:\*|[1-9]\d{0,9}))?)*")


class Bad(Exception):
    """The command is not IMAP, or not the IMAP of this server: answered with a tagged BAD."""


class No(Exception):
    """The command is understood and cannot be done: answered with a tagged NO."""


class Atom(bytes):
    """A bare word; a quoted string or a literal is plain bytes."""


Value: TypeAlias = "bytes | list[Value]"


def parse(pieces: Sequence[bytes]) -> list[Value]:
    """`pieces`: text, literal, text, … where each text before a literal still ends with its {n}."""
    levels: list[list[Value]] = [[]]
    expect_value = True
    for token in _tokens(pieces):
        if token == b" " and isinstance(token, _Sign):
            if expect_value:
                raise Bad("a space where a value belongs")
            expect_value = True
        elif token == b")" and isinstance(token, _Sign):
            if len(levels) == 1 or (expect_value and levels[-1]):
                raise Bad("a closing parenthesis too many")
            done = levels.pop()
            levels[-1].append(done)
            expect_value = False
        elif not expect_value:
            raise Bad("values without a space between them")
        elif isinstance(token, _Sign):
            if len(levels) > DEPTH:
                raise Bad("nested too deep")
            levels.append([])
        else:
            levels[-1].append(token)
            expect_value = False
    if len(levels) > 1 or (expect_value and levels[0]):
        raise Bad("the command ends too early")
    return levels[0]


class _Sign(bytes):
    """A space or a parenthesis, never to be taken for a string of the same bytes."""


def _tokens(pieces: Sequence[bytes]) -> list[bytes]:
    tokens: list[bytes] = []
    for index, piece in enumerate(pieces):
        if index % 2:
            tokens.append(piece)
            continue
        end = len(piece) if index == len(pieces) - 1 else piece.rindex(b"{")
        position = 0
        while position < end:
            match = _TOKEN.match(piece, position, end)
            if match is None:
                raise Bad("a character that has no place there")
            tokens.append(_token(match))
            position = match.end()
    return tokens


def _token(match: re.Match[bytes]) -> bytes:
    if match["sign"] is not None:
        return _Sign(match["sign"])
    if match["quoted"] is not None:
        return _ESCAPED.sub(rb"\1", match["quoted"])
    return Atom(match["atom"])


def string(value: Value) -> bytes:
    if isinstance(value, list):
        raise Bad("a list where a string belongs")
    return value


def word(value: Value) -> str:
    """An atom, upper case: the name of an item, an option or a command."""
    if not isinstance(value, Atom):
        raise Bad("a string or a list where a word belongs")
    return value.decode("ascii").upper()


def words(value: Value) -> list[str]:
    return [word(item) for item in items(value)]


def items(value: Value) -> list[Value]:
    if not isinstance(value, list):
        raise Bad("a parenthesised list belongs there")
    return value


def number(value: Value) -> int:
    text = string(value)
    if not text.isdigit() or len(text) > 19:
        raise Bad("a number belongs there")
    return int(text)


@dataclass(frozen=True, slots=True)
class SequenceSet:
    ranges: tuple[tuple[int | None, int | None], ...]  # None is "*", the largest there is

    def choose(self, numbers: Sequence[int]) -> list[int]:
        """Those of the ascending `numbers` that the set names. "900:*" names the largest even where that is 5 (RFC 3501 §6.4.8)."""
        if not numbers:
            return []
        chosen: set[int] = set()
        for one, other in self.ranges:
            low, high = sorted((one or numbers[-1], other or numbers[-1]))
            chosen.update(numbers[bisect_left(numbers, low) : bisect_right(numbers, high)])
        return sorted(chosen)

    @property
    def largest(self) -> int:
        return max((end for pair in self.ranges for end in pair if end), default=0)


def sequence_set(value: Value) -> SequenceSet:
    text = string(value)
    if not isinstance(value, Atom) or not _SET.fullmatch(text):
        raise Bad("a sequence set belongs there")
    ranges = []
    for part in text.split(b","):
        ends = [None if end == b"*" else int(end) for end in part.split(b":")]
        ranges.append((ends[0], ends[-1]))
    return SequenceSet(tuple(ranges))


def compressed(numbers: Sequence[int]) -> str:
    """Ascending numbers as the shortest sequence set: 1:3,7."""
    runs: list[list[int]] = []
    for value in numbers:
        if runs and runs[-1][1] == value - 1:
            runs[-1][1] = value
        else:
            runs.append([value, value])
    return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in runs)
