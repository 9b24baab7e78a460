"""The letter of the morning: to whom, of what, and once, whatever dies in between."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from teczka.actions.cases import add_case
from teczka.actions.reminding import remind, save_reminders
from teczka.actions.tasks import add_task, finish, save_task
from teczka.core.cases import Card
from teczka.core.tasks import Reminder, Wanted
from teczka.store.models import Account, CaseMember, Outgoing, Task, User
from teczka.store.queries.tasks import TaskLine
from teczka.store.viewer import as_user
from tests.cast import Cast, make_account, make_cast
from tests.conftest import OwnDatabase

NOON = datetime(2026, 5, 20, 10, tzinfo=UTC)  # of Warsaw; a Wednesday
TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def sending(owner: User, address: str = "anna@poczta.example") -> Account:
    return make_account(owner, address, smtp_host="smtp.poczta.example", smtp_port=465, smtp_security="tls")


def words(_person: User, lines: list[TaskLine], _today: date) -> tuple[str, str]:
    return "Zadania", "\n".join(line.title for line in lines)


def letters(person: User) -> list[Outgoing]:
    with as_user(person.pk):
        return list(Outgoing.objects.filter(owner=person).order_by("id"))


def test_who_has_something_due_gets_one_letter_a_morning(cast: Cast) -> None:
    account = sending(cast.anna)
    add_task(cast.anna, Wanted("Odpowiedź na pozew", due_on=TODAY))
    add_task(cast.anna, Wanted("Zaległe", due_on=TODAY - 3 * DAY))
    add_task(cast.anna, Wanted("Kiedyś", due_on=TODAY + 5 * DAY))
    add_task(cast.anna, Wanted("Bez przypomnienia", due_on=TODAY, reminder=Reminder.NONE))
    assert remind(NOON, words) == 1
    assert remind(NOON + timedelta(hours=1), words) == 0
    (letter,) = letters(cast.anna)
    assert letter.text.splitlines() == ["Zaległe", "Odpowiedź na pozew"]
    assert letter.recipients["to"] == [[cast.anna.name, cast.anna.email]]
    assert (letter.from_address, letter.account_id, letter.state) == (account.address, account.pk, "held")


def test_nobody_is_called_before_seven(cast: Cast) -> None:
    sending(cast.anna)
    add_task(cast.anna, Wanted("Odpowiedź", due_on=TODAY))
    assert remind(NOON.replace(hour=4, minute=59), words) == 0
    assert remind(NOON.replace(hour=5), words) == 1


def test_a_task_is_told_when_it_is_to_be_remembered_and_when_it_is_due_and_not_between(cast: Cast) -> None:
    sending(cast.anna)
    add_task(cast.anna, Wanted("Apelacja", due_on=TODAY + 3 * DAY, reminder=Reminder.THREE_DAYS))
    assert [remind(NOON + number * DAY, words) for number in range(6)] == [1, 0, 0, 1, 0, 0]


def test_a_task_whose_day_is_moved_reminds_anew(cast: Cast) -> None:
    sending(cast.anna)
    made = add_task(cast.anna, Wanted("Apelacja", due_on=TODAY))
    assert remind(NOON, words) == 1
    save_task(cast.anna, made.public_id, Wanted("Apelacja", due_on=TODAY + DAY))
    assert remind(NOON + DAY, words) == 1
    finish(cast.anna, made.public_id)
    assert remind(NOON + 2 * DAY, words) == 0


def test_what_one_may_not_see_any_more_is_not_in_the_letter(cast: Cast) -> None:
    sending(cast.bartek, "bartek@poczta.example")
    case = add_case(cast.anna, Card("", "Tajna sprawa"))
    with as_user(cast.anna.pk):
        CaseMember.objects.create(case=case, user=cast.bartek, office_id=case.office_id)
        case.walled = True
        case.save()
    add_task(cast.anna, Wanted("Tajne zadanie", due_on=TODAY, assignee=cast.bartek.public_id, case=case.public_id))
    add_task(cast.anna, Wanted("Jawne zadanie", due_on=TODAY, assignee=cast.bartek.public_id))
    with as_user(cast.anna.pk):
        CaseMember.objects.filter(case=case, user=cast.bartek).delete()
    assert remind(NOON, words) == 1
    assert letters(cast.bartek)[0].text == "Jawne zadanie"


def test_without_an_account_that_can_send_nothing_is_sent(cast: Cast) -> None:
    make_account(cast.anna)  # which only fetches
    add_task(cast.anna, Wanted("Odpowiedź", due_on=TODAY))
    assert remind(NOON, words) == 0
    assert letters(cast.anna) == []


def test_it_goes_from_the_account_that_was_chosen_or_not_at_all(cast: Cast) -> None:
    sending(cast.anna)
    second = sending(cast.anna, "anna@inna.example")
    save_reminders(cast.anna, True, second.public_id)
    add_task(cast.anna, Wanted("Odpowiedź", due_on=TODAY))
    assert remind(NOON, words) == 1
    assert letters(cast.anna)[0].account_id == second.pk
    save_reminders(cast.anna, False, None)
    add_task(cast.anna, Wanted("Replika", due_on=TODAY + DAY))
    assert remind(NOON + DAY, words) == 0


def test_a_mistake_over_one_persons_letter_holds_nobody_else_up(cast: Cast) -> None:
    for person in (cast.anna, cast.bartek):
        sending(person, f"{person.pk}@poczta.example")
        add_task(person, Wanted("Odpowiedź", due_on=TODAY))

    def stumbling(person: User, lines: list[TaskLine], today: date) -> tuple[str, str]:
        if person == cast.anna:
            raise ValueError("a mistake")
        return words(person, lines, today)

    assert remind(NOON, stumbling) == 1
    assert (len(letters(cast.anna)), len(letters(cast.bartek))) == (0, 1)
    assert remind(NOON, words) == 1
    assert (len(letters(cast.anna)), len(letters(cast.bartek))) == (1, 1)


class Killed(BaseException):
    """As a kill would: nothing catches it."""


def killing_at(number: int) -> Callable[..., Any]:
    left = [number]

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return execute(sql, params, many, context)

    return wrapper


def test_dying_at_any_statement_sends_nothing_twice_and_forgets_nothing(own_database: OwnDatabase) -> None:
    cast = make_cast()
    sending(cast.anna)
    made = add_task(cast.anna, Wanted("Odpowiedź", due_on=TODAY))
    deaths = 0
    for number in range(1_000):
        try:
            with connection.execute_wrapper(killing_at(number)):
                assert remind(NOON, words) == 1
            break
        except Killed:
            deaths += 1
            connection.close()  # as its process would be gone
            with as_user(cast.anna.pk):
                assert Task.objects.get(pk=made.pk).reminded_at is None
            assert letters(cast.anna) == []
    assert deaths > 10
    assert len(letters(cast.anna)) == 1
    assert remind(NOON, words) == 0


def test_two_workers_at_once_send_one_letter(own_database: OwnDatabase, django_db_blocker: DjangoDbBlocker) -> None:
    cast = make_cast()
    sending(cast.anna)
    add_task(cast.anna, Wanted("Odpowiedź", due_on=TODAY))
    both = threading.Barrier(2)
    sent: list[int] = []

    def together(person: User, lines: list[TaskLine], today: date) -> tuple[str, str]:
        return words(person, lines, today)

    def work() -> None:
        with django_db_blocker.unblock():
            connection.ensure_connection()
            both.wait(10)
            sent.append(remind(NOON, together))
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(sent) == [0, 1]
    assert len(letters(cast.anna)) == 1
