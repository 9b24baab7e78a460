from dataclasses import replace
from datetime import date

import pytest

from teczka.core.cases import Card, CaseState, PartyCard, Side
from teczka.core.people import initials

CARD = Card(
    "KAN/1/2026", "Kowalski p. Nowak", references=("I C 12/24",), parties=(PartyCard(None, Side.COURT, "SO Warszawa"),)
)


def test_the_mark_is_another_where_anything_on_the_card_is() -> None:
    others = [
        replace(CARD, name="Kowalski p. Nowak i inni"),
        replace(CARD, references=("I C 12/24", "I C 13/24")),
        replace(CARD, state=CaseState.SUSPENDED),
        replace(CARD, closed_on=date(2026, 5, 3)),
        replace(CARD, parties=(replace(CARD.parties[0], addresses=("so@sad.example",)),)),
    ]
    assert len({one.mark for one in (CARD, *others)}) == 1 + len(others)
    assert replace(CARD).mark == CARD.mark


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Anna Lipowska-Nowak", "AL"),
        ("Łukasz Jan Żak", "ŁŻ"),
        ("r. pr. Anna Nowak", "AN"),
        ("J. Kowalski", "JK"),
        ("Prince", "P"),
    ],
)
def test_initials_are_of_the_first_and_the_last_name(name: str, told: str) -> None:
    assert initials(name) == told
