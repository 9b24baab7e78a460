"""The letter of the morning, as people read it."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from teczka.core.people import Role
from teczka.store.models import User
from teczka.store.queries.tasks import TaskLine
from teczka.worker.reminding import MOST, words

TODAY = date(2026, 5, 20)


def line(title: str, due: date, number: str = "", case: str = "") -> TaskLine:
    key = uuid4()
    made = datetime(2026, 5, 1, tzinfo=UTC)
    return TaskLine(
        key, title, "", due, due, False, made, None, None, key, "Anna", key, "Anna", True, key, number, case, None, True
    )


def told(language: str) -> tuple[str, str]:
    anna = User(email="anna@lipowa.example", name="Anna", role=Role.MEMBER, language=language)
    lines = [
        line("Odpowiedź na pozew", date(2026, 5, 18), "I C 12/24", "Kowalski p. Nowak"),
        line("Zażalenie", TODAY),
        line("Apelacja", date(2026, 5, 23)),
    ]
    return words(anna, lines, TODAY)


def test_the_letter_speaks_its_readers_language() -> None:
    subject, text = told("pl")
    assert subject == "3 zadania na dziś"
    assert text.startswith(
        "Po terminie\n- Odpowiedź na pozew · poniedziałek, 18 maja 2026 · I C 12/24 Kowalski p. Nowak\n\nDziś\n"
    )
    assert "Przypomnienia\n- Apelacja · sobota, 23 maja 2026" in text
    subject, text = told("en")
    assert subject == "3 tasks for today"
    assert "Today\n- Zażalenie · Wednesday, 20 May 2026\n\n" in text


@pytest.mark.parametrize(("count", "subject"), [(1, "1 zadanie"), (2, "2 zadania"), (5, "5 zadań"), (22, "22 zadania")])
def test_it_counts_as_poles_do(count: int, subject: str) -> None:
    anna = User(email="anna@lipowa.example", name="Anna", role=Role.MEMBER, language="pl")
    assert words(anna, [line("Pismo", TODAY)] * count, TODAY)[0] == f"{subject} na dziś"


def test_a_letter_does_not_grow_without_end() -> None:
    anna = User(email="anna@lipowa.example", name="Anna", role=Role.MEMBER, language="pl")
    text = words(anna, [line("Pismo", TODAY)] * (MOST + 7), TODAY)[1]
    assert text.count("Pismo") == MOST
    assert "i jeszcze 7" in text
