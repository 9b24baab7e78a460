"""What a table says of cases, and what would become of the office's own by it; pure.

A table adds and changes and never takes away: an empty cell leaves what is there, a party or a reference that is not told stays. So the
same table twice changes nothing the second time.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final, TypeVar

from teczka.core.case_columns import FLAGS, OF_PARTY, SIDES, STATES, Column, plain, understood
from teczka.core.case_csv import Line, Sheet
from teczka.core.cases import CaseState, Side
from teczka.core.dates import full_date
from teczka.core.numbering import Pattern
from teczka.core.references import Reference, parse

T = TypeVar("T")

LONGEST: Final[Mapping[Column, int]] = {
    Column.NUMBER: 60,
    Column.NAME: 300,
    Column.CLIENT: 300,
    Column.PARTY: 300,
    Column.ROLE: 200,
    Column.NOTE: 1_000,
}
_STATES, _SIDES, _FLAGS = understood(STATES), understood(SIDES), understood(FLAGS)
_ADDRESS: Final = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,200}\.[^\s@<>,;\".]{1,60}")
_BETWEEN: Final = re.compile(r"[\s,;|]+")


class Fault(StrEnum):
    """What is wrong with a line."""

    NO_NAME = "no_name"
    LONG = "long"
    OVER = "over"  # more cells than headings
    SIDE = "side"
    STATE = "state"
    DAY = "day"
    FLAG = "flag"
    REFERENCE = "reference"
    ADDRESS = "address"
    PERSON = "person"  # nobody of the office signs in with this address
    PARTY = "party"  # a side, role or address of nobody
    OTHERWISE = "otherwise"  # an earlier line says something else of the same case
    ORDER = "order"  # closed before it was opened
    TAKEN = "taken"  # the number of a case that is not theirs to change
    AMBIGUOUS = "ambiguous"  # several cases that it may mean


@dataclass(frozen=True, slots=True)
class Wrong:
    line: int
    fault: Fault
    column: Column | None = None
    value: str = ""
    other: int = 0  # another line


@dataclass(frozen=True, slots=True)
class ToldParty:
    name: str
    side: Side | None
    role: str
    addresses: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Told:
    """A case as its lines tell it; what they do not tell is empty or None."""

    lines: tuple[int, ...]
    number: str
    name: str
    client: str
    references: tuple[str, ...]
    state: CaseState | None
    opened_on: date | None
    closed_on: date | None
    lead: tuple[str, ...]  # addresses that people sign in with
    team: tuple[str, ...]
    walled: bool | None
    parties: tuple[ToldParty, ...]


@dataclass(slots=True)
class Reading:
    cases: list[Told] = field(default_factory=list)  # those of whose lines none is wrong
    wrong: list[Wrong] = field(default_factory=list)
    doubled: list[tuple[int, int]] = field(
        default_factory=list
    )  # a line that says the same as an earlier one: read once


def read(sheet: Sheet, own: Sequence[Pattern], people: Collection[str]) -> Reading:
    """The cases of a table. `own`: the office's patterns; `people`: whom it may name in teams, by the addresses they sign in with."""
    reading = Reading()
    groups: defaultdict[object, list[Line]] = defaultdict(list)
    seen: dict[object, int] = {}
    for line in sheet.lines:
        same = seen.setdefault(tuple(sorted(line.cells.items())), line.place)
        if same == line.place:
            groups[_key(line)].append(line)
        else:
            reading.doubled.append((line.place, same))
    for lines in groups.values():
        told = _Case(lines, own, people)
        case = told.read()
        reading.wrong += told.wrong
        if not told.wrong:
            reading.cases.append(case)
    reading.wrong.sort(key=lambda wrong: wrong.line)
    return reading


@lru_cache(50_000)
def parsed(written: str, own: tuple[Pattern, ...]) -> Reference | None:
    """A table says each reference several times, and the office's cases say it once more."""
    return parse(written, own)


def one_line(text: str) -> str:
    return " ".join(text.split())


def _key(line: Line) -> object:
    """Which lines are of one case: those of one number; without a number those of one name and the same references."""
    number, name, references = (
        plain(line.cells.get(column, "")) for column in (Column.NUMBER, Column.NAME, Column.REFERENCES)
    )
    return number or (name, references)


class _Case:
    def __init__(self, lines: Sequence[Line], own: Sequence[Pattern], people: Collection[str]) -> None:
        self.wrong: list[Wrong] = []
        self._lines, self._own, self._people = lines, tuple(own), people
        self._stands: dict[Column, tuple[str, int]] = {}  # what is told of the case, and on which line
        for line in lines:
            self._gather(line)

    def read(self) -> Told:
        opened, closed = self._day(Column.OPENED), self._day(Column.CLOSED)
        if opened and closed and closed < opened:
            self._say(Fault.ORDER, Column.CLOSED)
        if Column.NAME not in self._stands:
            self.wrong.append(Wrong(self._lines[0].place, Fault.NO_NAME))
        return Told(
            lines=tuple(line.place for line in self._lines),
            number=one_line(self._text(Column.NUMBER)),
            name=one_line(self._text(Column.NAME)),
            client=one_line(self._text(Column.CLIENT)),
            references=self._references(),
            state=self._word(Column.STATE, _STATES, Fault.STATE),
            opened_on=opened,
            closed_on=closed,
            lead=self._persons(Column.LEAD),
            team=self._persons(Column.TEAM),
            walled=self._word(Column.WALLED, _FLAGS, Fault.FLAG),
            parties=tuple(self._party(line) for line in self._lines if any(map(line.cells.get, OF_PARTY))),
        )

    def _gather(self, line: Line) -> None:
        if line.over:
            self.wrong.append(Wrong(line.place, Fault.OVER))
        for column, cell in line.cells.items():
            if len(cell) > LONGEST.get(column, 5_000):
                self.wrong.append(Wrong(line.place, Fault.LONG, column, cell[:40]))
            if column not in OF_PARTY:
                earlier, where = self._stands.setdefault(column, (cell, line.place))
                if plain(earlier) != plain(cell):
                    self.wrong.append(Wrong(line.place, Fault.OTHERWISE, column, cell[:40], where))

    def _text(self, column: Column) -> str:
        return self._stands.get(column, ("", 0))[0]

    def _say(self, fault: Fault, column: Column, value: str = "") -> None:
        told, line = self._stands[column]
        self.wrong.append(Wrong(line, fault, column, value or told[:40]))

    def _word(self, column: Column, words: Mapping[str, T], fault: Fault) -> T | None:
        told = self._text(column)
        if told and plain(told) not in words:
            self._say(fault, column)
        return words.get(plain(told))

    def _day(self, column: Column) -> date | None:
        told = self._text(column)
        found = full_date(told) if told else None
        if told and not found:
            self._say(Fault.DAY, column)
        return found

    def _references(self) -> tuple[str, ...]:
        told = [one_line(one) for one in re.split(r"[|\n]", self._text(Column.REFERENCES)) if one.strip()]
        for one in told:
            if not parsed(one, self._own):
                self._say(Fault.REFERENCE, Column.REFERENCES, one)
        return tuple(told)

    def _persons(self, column: Column) -> tuple[str, ...]:
        told = [one for one in _BETWEEN.split(self._text(column).lower()) if one]
        for one in told:
            if one not in self._people:
                self._say(Fault.PERSON, column, one)
        return tuple(dict.fromkeys(told))

    def _party(self, line: Line) -> ToldParty:
        cells = {column: line.cells.get(column, "") for column in OF_PARTY}
        side = _SIDES.get(plain(cells[Column.SIDE]))
        if cells[Column.SIDE] and not side:
            self.wrong.append(Wrong(line.place, Fault.SIDE, Column.SIDE, cells[Column.SIDE][:40]))
        if not cells[Column.PARTY]:
            self.wrong.append(Wrong(line.place, Fault.PARTY))
        addresses = tuple(dict.fromkeys(one for one in _BETWEEN.split(cells[Column.ADDRESSES].lower()) if one))
        for one in addresses:
            if not _ADDRESS.fullmatch(one):
                self.wrong.append(Wrong(line.place, Fault.ADDRESS, Column.ADDRESSES, one[:40]))
        return ToldParty(
            one_line(cells[Column.PARTY]), side, one_line(cells[Column.ROLE]), addresses, cells[Column.NOTE]
        )
