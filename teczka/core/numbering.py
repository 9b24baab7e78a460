"""The office's own file numbers, by a pattern like "KAN/{number}/{year}" or "{letters}-{number}".

A pattern is literal but for {number} (1-9 digits), {year} (two or four) and {letters} (1-8), and bounded, so that looking for it costs the
length of the text and no more, whatever somebody enters. Spaces may be any, letters of either case.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import islice

from teczka.core.identifiers import MOST_SIGNS, Found, Reference, year

LONGEST = 60
MOST = 20  # patterns of one office
_FIELDS = {"number": r"\d{1,9}", "year": r"\d{4}|\d{2}", "letters": r"[^\W\d_]{1,8}"}
_PIECES = re.compile(r"\{([a-z]*)\}|([{}])|\s+|[^{}\s]+")


class Fault(StrEnum):
    """Why a pattern cannot be used."""

    LONG = "long"
    FIELD = "field"  # a brace without its fellow, or a field that there is not
    NO_NUMBER = "no_number"
    TWICE = "twice"
    TOUCHING = "touching"  # {number}{year}: where would one end?
    MANY = "many"
    BARE = "bare"  # without a letter it would be found in every date


class BadPattern(ValueError):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Pattern:
    written: str
    compiled: re.Pattern[str]

    def found(self, text: str) -> Iterator[Found]:
        for match in islice(self.compiled.finditer(text), MOST_SIGNS):
            named = match.groupdict()
            then = year(named["year"]) if "year" in named else 0
            if then or "year" not in named:
                number = named["number"].lstrip("0") or "0"
                letters = (named.get("letters") or "").upper()
                yield Found(*match.span(), Reference(self.written, number, then, division=letters))


@lru_cache(maxsize=256)
def pattern(written: str) -> Pattern:
    """What looks for `written`; raises BadPattern."""
    written = " ".join(written.split())
    if len(written) > LONGEST:
        raise BadPattern(Fault.LONG)
    fields: list[str] = []
    parts: list[str] = []
    for piece in _PIECES.finditer(written):
        name, brace = piece[1], piece[2]
        if brace or (name is not None and name not in _FIELDS):
            raise BadPattern(Fault.FIELD)
        if name is None:
            parts.append(_literal(piece[0]))
            continue
        if parts and parts[-1].startswith("(?P<"):
            raise BadPattern(Fault.TOUCHING)
        fields.append(name)
        parts.append(f"(?P<{name}>{_FIELDS[name]})")
    _check(written, fields)
    return Pattern(written, re.compile(rf"(?<![\w/]){''.join(parts)}(?![\w/]|[.,]\d)", re.IGNORECASE))


def _literal(text: str) -> str:
    return r"\s{1,3}" if text.isspace() else re.escape(text)


def _check(written: str, fields: list[str]) -> None:
    if "number" not in fields:
        raise BadPattern(Fault.NO_NUMBER)
    if len(set(fields)) < len(fields):
        raise BadPattern(Fault.TWICE)
    literal = "".join(piece[0] for piece in _PIECES.finditer(written) if piece[1] is None)
    if "letters" not in fields and not any(map(str.isalpha, literal)):
        raise BadPattern(Fault.BARE)


def example(written: str, this_year: int) -> str:
    """A number that a pattern finds."""
    return str(Reference(written, "12", this_year, division="AB"))


def following(own: Pattern, taken: Iterable[str], this_year: int) -> str:
    """The number after the highest of those that are `taken`, of this year where years count; "" where letters stand in it, which are
    anybody's guess."""
    if "{letters}" in own.written:
        return ""
    then = this_year if "{year}" in own.written else 0
    ours = (found.reference for text in taken for found in own.found(text))
    highest = max((int(one.number) for one in ours if one.year == then), default=0)
    return str(Reference(own.written, str(highest + 1), then))
