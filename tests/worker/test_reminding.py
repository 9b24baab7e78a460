"""The letter of the morning, as people read it."""

from datetime import UTC, date, datetime
from threading import Event
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from teczka.actions.tasks import add_task
from teczka.core.people import Role
from teczka.core.tasks import MORNING, Wanted
from teczka.store.models import Outgoing, User
from teczka.store.queries.tasks import TaskLine
from teczka.store.viewer import as_user
from teczka.worker.reminding import MOST, remind_everybody, words
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase

ZONES = ("Europe/Warsaw", "Asia/Tokyo", "Pacific/Auckland", "America/Los_Angeles")  # it is past seven in one of them
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
    assert subject == "1 zadanie na dziś, 1 zadanie po terminie"
    assert text.startswith(
        "Po terminie\n- Odpowiedź na pozew · poniedziałek, 18 maja 2026 · I C 12/24 Kowalski p. Nowak\n\nDziś\n"
    )
    assert "Przypomnienia\n- Apelacja · sobota, 23 maja 2026" in text
    subject, text = told("en")
    assert subject == "1 task for today, 1 task overdue"
    assert "Today\n- Zażalenie · Wednesday, 20 May 2026\n\n" in text


def test_what_is_only_ahead_is_not_told_as_due() -> None:
    anna = User(email="anna@lipowa.example", name="Anna", role=Role.MEMBER, language="pl")
    assert words(anna, [line("Apelacja", date(2026, 5, 27))], TODAY)[0] == "Przypomnienie o 1 zadaniu"
    assert words(anna, [line("Zażalenie", date(2026, 5, 19))] * 2, TODAY)[0] == "2 zadania po terminie"


@pytest.mark.parametrize(("count", "subject"), [(1, "1 zadanie"), (2, "2 zadania"), (5, "5 zadań"), (22, "22 zadania")])
def test_it_counts_as_poles_do(count: int, subject: str) -> None:
    anna = User(email="anna@lipowa.example", name="Anna", role=Role.MEMBER, language="pl")
    assert words(anna, [line("Pismo", TODAY)] * count, TODAY)[0] == f"{subject} na dziś"


def test_the_worker_puts_the_letter_into_the_outbox(own_database: OwnDatabase) -> None:
    now = timezone.now()
    awake = next(zone for zone in ZONES if now.astimezone(ZoneInfo(zone)).hour >= MORNING)
    cast = make_cast()
    cast.office.timezone = awake
    cast.office.save()
    make_account(cast.anna, smtp_host="smtp.poczta.example", smtp_port=465, smtp_security="tls")
    add_task(cast.anna, Wanted("Odpowiedź na pozew", due_on=now.astimezone(ZoneInfo(awake)).date()))
    for _ in range(2):
        remind_everybody(Event())
    with as_user(cast.anna.pk):
        letter = Outgoing.objects.get()
    assert letter.subject == "1 zadanie na dziś"
    assert letter.text.startswith("Dziś\n- Odpowiedź na pozew · ")
    assert "Ustawienia → Przypomnienia" in letter.text


def test_a_letter_does_not_grow_without_end() -> None:
    anna = User(email="anna@lipowa.example", name="Anna", role=Role.MEMBER, language="pl")
    text = words(anna, [line("Pismo", TODAY)] * (MOST + 7), TODAY)[1]
    assert text.count("Pismo") == MOST
    assert "i jeszcze 7" in text
