"""Cases as lines of a table (core/case_csv.py): a line for each party, the case's own columns repeated; what core/case_import.py reads."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from teczka.core.case_columns import FLAGS, HEADINGS, SIDES, STATES, Column, written
from teczka.core.case_merge import Kept
from teczka.core.cases import Card, PartyCard, Side


def headings(language: str) -> list[str]:
    """In "en" or "pl"."""
    return [written(HEADINGS, column, language).capitalize() for column in Column]


def rows(cases: Iterable[Kept], language: str) -> Iterator[list[str]]:
    for one in cases:
        own = _own(one, language)
        for party in one.card.parties or (None,):
            yield own + (_party(party, language) if party else [""] * 5)


def _own(one: Kept, language: str) -> list[str]:
    card = one.card
    return [
        card.number,
        card.name,
        card.client,
        " | ".join(card.references),
        written(STATES, card.state, language),
        card.opened_on.isoformat() if card.opened_on else "",
        card.closed_on.isoformat() if card.closed_on else "",
        " ".join(sorted(one.lead)),
        " ".join(sorted(one.team)),
        written(FLAGS, one.walled, language),
    ]


def _party(party: PartyCard, language: str) -> list[str]:
    return [written(SIDES, party.side, language), party.name, party.role, " ".join(party.addresses), party.note]


def example(language: str) -> list[list[str]]:
    """Two lines of one case, to be written over."""
    case = Kept(UUID(int=0), _EXAMPLE[language], frozenset(), frozenset(), walled=False, changeable=False)
    return list(rows([case], language))


_EXAMPLE = {
    "en": Card(
        number="LIN/1/2026",
        name="Smith v. Jones, payment",
        client="John Smith",
        references=("I C 12/26",),
        parties=(
            PartyCard(None, Side.OURS, "John Smith", "plaintiff", ("john@smith.example",)),
            PartyCard(None, Side.OPPOSING, "Jones Ltd", "defendant", ("office@jones.example",)),
        ),
    ),
    "pl": Card(
        number="LIP/1/2026",
        name="Kowalski p. Nowak sp. z o.o., o zapłatę",
        client="Jan Kowalski",
        references=("I C 12/26",),
        parties=(
            PartyCard(None, Side.OURS, "Jan Kowalski", "powód", ("jan@kowalski.example",)),
            PartyCard(None, Side.OPPOSING, "Nowak sp. z o.o.", "pozwana", ("biuro@nowak.example",)),
        ),
    ),
}
