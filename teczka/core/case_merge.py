"""What would become of the office's cases by a table (core/case_import.py): which are new, what changes, what stays; pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from teczka.core.case_columns import Column, plain
from teczka.core.case_import import Fault, Told, ToldParty, Wrong, parsed
from teczka.core.cases import Card, CaseState, PartyCard, Side
from teczka.core.identifiers import Reference, same
from teczka.core.numbering import Pattern


@dataclass(frozen=True, slots=True)
class Kept:
    """A case of the office, as far as whoever imports may see it."""

    id: UUID
    card: Card
    team: frozenset[str]  # addresses that its people sign in with
    lead: frozenset[str]
    walled: bool
    changeable: bool  # by whoever imports


class What(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Step:
    what: What
    told: Told
    kept: Kept | None
    card: Card  # as it will be
    joins: tuple[str, ...]  # whom the team gains
    changes: tuple[Column, ...]  # of a case that is there


@dataclass(slots=True)
class Plan:
    steps: list[Step] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)

    def count(self, what: What) -> int:
        return sum(step.what is what for step in self.steps)


def plan(cases: Iterable[Told], kept: Iterable[Kept], own: Sequence[Pattern]) -> Plan:
    """Each told case meets at most one that is kept: of its number; without one, of its name and a reference. Nothing is taken away."""
    made = Plan()
    known = _Known(kept, own)
    met: dict[UUID, int] = {}
    for told in cases:
        line = told.lines[0]
        there = known.meant(told)
        if len(there) > 1:
            made.wrong.append(Wrong(line, Fault.AMBIGUOUS, Column.NUMBER, told.number or told.name))
        elif not there:
            made.steps.append(Step(What.NEW, told, None, _merged(told, None, own), _team(told), ()))
        elif there[0].id in met:
            made.wrong.append(Wrong(line, Fault.AMBIGUOUS, Column.NAME, told.name, met[there[0].id]))
        elif (step := _step(told, there[0], own)).what is What.CHANGED and not there[0].changeable:
            made.wrong.append(Wrong(line, Fault.TAKEN, Column.NUMBER, told.number or told.name))
        else:
            met[there[0].id] = line
            made.steps.append(step)
    return made


class Sought:
    """Which cases a table may be about: `plan` asks for no other."""

    def __init__(self, cases: Iterable[Told]) -> None:
        told = list(cases)
        self._numbers = {plain(one.number) for one in told if one.number}
        self._names = {plain(one.name) for one in told if not one.number}

    def holds(self, number: str, name: str) -> bool:
        return (plain(number) in self._numbers) or bool(self._names and plain(name) in self._names)


class _Known:
    def __init__(self, kept: Iterable[Kept], own: Sequence[Pattern]) -> None:
        self._own = tuple(own)
        self._numbers: defaultdict[str, list[Kept]] = defaultdict(list)
        self._names: defaultdict[str, list[Kept]] = defaultdict(list)
        for one in kept:
            self._names[plain(one.card.name)].append(one)
            if one.card.number:
                self._numbers[plain(one.card.number)].append(one)

    def meant(self, told: Told) -> list[Kept]:
        if told.number:
            found = self._numbers[plain(told.number)]
            return found if len(found) < 2 else [one for one in found if one.walled == bool(told.walled)]
        named = self._names[plain(told.name)]
        alike = [one for one in named if self._references(one.card.references) == self._references(told.references)]
        touching = [
            one
            for one in named
            if not told.references or self._references(one.card.references) & self._references(told.references)
        ]
        return next((found for found in ([one for one in alike if not one.card.number], alike, touching) if found), [])

    def _references(self, written: Iterable[str]) -> set[object]:
        return {found.key if (found := parsed(one, self._own)) else plain(one) for one in written}


def _step(told: Told, there: Kept, own: Sequence[Pattern]) -> Step:
    card = _merged(told, there.card, own)
    joins = tuple(person for person in _team(told) if person not in there.team)
    changes = [column for column, name in _FIELDS.items() if getattr(card, name) != getattr(there.card, name)]
    if joins:
        changes.append(Column.TEAM)
    return Step(What.CHANGED if changes else What.SAME, told, there, card, joins, tuple(changes))


_FIELDS = {
    Column.NAME: "name",
    Column.CLIENT: "client",
    Column.REFERENCES: "references",
    Column.STATE: "state",
    Column.OPENED: "opened_on",
    Column.CLOSED: "closed_on",
    Column.PARTY: "parties",
}


def _team(told: Told) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*told.lead, *told.team)))


def _merged(told: Told, there: Card | None, own: Sequence[Pattern]) -> Card:
    now = there or Card(told.number, told.name)
    state = told.state or (CaseState.CLOSED if told.closed_on else now.state)
    return replace(
        now,
        name=told.name or now.name,
        client=told.client or now.client,
        references=_references((*now.references, *told.references), own),
        state=state,
        opened_on=told.opened_on or now.opened_on,
        closed_on=(told.closed_on or now.closed_on) if state is CaseState.CLOSED else None,
        parties=_parties(now.parties, told.parties),
    )


def _references(written: Sequence[str], own: Sequence[Pattern]) -> tuple[str, ...]:
    """Each once, as it was written first."""
    kept: list[str] = []
    read = [(one, parsed(one, tuple(own))) for one in written]
    known: list[Reference] = []
    for one, reference in read:
        if reference is None or not any(same(reference, other) for other in known):
            kept.append(one)
            known += [reference] if reference else []
    return tuple(kept)


def _parties(there: Sequence[PartyCard], told: Sequence[ToldParty]) -> tuple[PartyCard, ...]:
    """The second of a name that is told is the second of that name that is there."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    parties = list(there)
    for place, party in enumerate(there):
        places[plain(party.name)].append(place)
    counted: Counter[str] = Counter()
    for one in told:
        name = plain(one.name)
        known = places[name][counted[name]] if counted[name] < len(places[name]) else None
        counted[name] += 1
        if known is None:
            parties.append(PartyCard(None, one.side or Side.OTHER, one.name, one.role, one.addresses, one.note))
        else:
            parties[known] = _party(parties[known], one)
    return tuple(parties)


def _party(there: PartyCard, told: ToldParty) -> PartyCard:
    return replace(
        there,
        side=told.side or there.side,
        role=told.role or there.role,
        addresses=tuple(dict.fromkeys((*there.addresses, *told.addresses))),
        note=told.note or there.note,
    )
