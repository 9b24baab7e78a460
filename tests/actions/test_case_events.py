"""Who is told that something changed in a case, by real NOTIFY: whoever may know of it, and nobody else (P7)."""

import json
from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest

from teczka.actions import acts
from teczka.actions.case_import import import_cases, preview_import
from teczka.actions.cases import add_case
from teczka.actions.filing import Wanted, file, unfile
from teczka.actions.leaving import disable, hand_over
from teczka.actions.notes import add_note
from teczka.actions.sharing import With, share
from teczka.actions.tasks import add_task
from teczka.actions.team import save_team, wall_case
from teczka.core.accounts import Farewell
from teczka.core.cases import Card
from teczka.core.tasks import Wanted as Task
from teczka.store import events
from teczka.store.models import Case, Filing
from teczka.store.viewer import as_user
from tests.cast import Cast, make_cast
from tests.conftest import OwnDatabase
from tests.conversation import MESSAGE, Mailroom

Heard = Callable[[], tuple[set[str], set[str]]]


@pytest.fixture
def heard(own_database: OwnDatabase) -> Iterator[Heard]:
    """First names of the people who were told since the last time, and of what."""
    with psycopg.connect(own_database.url, autocommit=True) as connection:
        connection.execute(f"LISTEN {events.PAGES}")

        def told() -> tuple[set[str], set[str]]:
            connection.execute("SELECT 1")  # what was sent before is here with its answer
            notices = [json.loads(one.payload) for one in connection.notifies(timeout=0)]
            ids = [user for notice in notices for user in notice["users"]]
            names = connection.execute("SELECT name FROM store_user WHERE public_id = ANY(%s::uuid[])", [ids])
            topics = {topic for notice in notices for topic in notice.get("topics", ())}
            return {name.split()[0] for (name,) in names}, topics

        yield told


def test_an_open_case_is_told_to_the_office_what_lies_inside_to_its_team_and_a_walled_one_to_nobody_else(
    heard: Heard,
) -> None:
    cast: Cast = make_cast()
    office = {"Anna", "Bartek", "Celina", "Dorota", "Felicja"}
    case = add_case(cast.anna, Card("", "Sprawa"))
    assert heard() == (office, {"cases", events.case(case.public_id)})
    add_note(cast.anna, case.public_id, "cicho")
    assert heard()[0] == {"Anna"}
    save_team(cast.anna, case.public_id, [cast.anna.public_id, cast.bartek.public_id], None)
    assert heard()[0] == office
    wall_case(cast.anna, case.public_id)
    assert heard()[0] == office, "for them it has just gone"
    save_team(cast.anna, case.public_id, [cast.bartek.public_id, cast.celina.public_id], None)
    assert heard()[0] == {"Anna", "Bartek", "Celina"}
    add_note(cast.celina, case.public_id, "cicho")
    assert heard()[0] == {"Bartek", "Celina"}
    secret = add_case(cast.anna, Card("", "Tajna"), walled=True)
    assert heard() == ({"Anna"}, {"cases", events.case(secret.public_id)})


def test_who_had_a_task_in_a_walled_case_and_who_has_it_now_both_hear_of_it(heard: Heard) -> None:
    cast = make_cast()
    case = add_case(cast.anna, Card("", "Sprawa"), [cast.bartek.public_id])
    for doer in (cast.bartek, cast.celina):
        add_task(cast.anna, Task("Zażalenie", case=case.public_id, assignee=doer.public_id))
    heard()
    wall_case(cast.anna, case.public_id)
    assert events.TASKS in heard()[1]
    save_team(cast.anna, case.public_id, [cast.anna.public_id], None)
    people, topics = heard()
    assert (people, events.TASKS in topics) == ({"Anna", "Bartek"}, True)


def test_who_owns_mail_hears_nothing_of_its_filing_to_a_case_that_they_may_not_know_of(heard: Heard) -> None:
    cast = make_cast()
    mail = Mailroom(cast.anna)
    letter = mail.arrive("1").public_id
    share(cast.anna, uuid4(), letter, MESSAGE, With([cast.bartek.public_id]))
    known, secret = (add_case(cast.bartek, Card("", name), walled=name == "Tajna") for name in ("Jawna", "Tajna"))
    heard()

    def files(case: Case) -> set[str]:
        file(cast.bartek, uuid4(), [letter], Wanted(case=case.public_id))
        told = heard()[0]
        with as_user(cast.bartek.pk):
            made = Filing.objects.get(case=case)
        unfile(cast.bartek, made.public_id)
        assert heard()[0] == told
        return told

    assert files(known) == {"Anna", "Bartek"}
    assert files(secret) == {"Bartek"}


def test_a_table_of_walled_cases_is_told_to_their_teams_alone(heard: Heard) -> None:
    cast = make_cast()

    def imports(text: str) -> set[str]:
        import_cases(cast.anna, text, preview_import(cast.anna, text).mark)
        return heard()[0]

    assert imports(f"number;name;walled;team\nK 1;Tajna;yes;{cast.bartek.email}\n") == {"Anna", "Bartek"}
    assert imports("number;name;walled;client\nK 1;Tajna;yes;Nowak\n") == {"Anna", "Bartek"}
    assert imports("number;name\nK 2;Jawna\n") == {"Anna", "Bartek", "Celina", "Dorota", "Felicja"}


def test_who_sees_mail_hears_of_its_filing_and_of_no_other_letters(heard: Heard, own_database: OwnDatabase) -> None:
    cast = make_cast()
    mail = Mailroom(cast.anna)
    one, other = (mail.arrive(name).public_id for name in "12")
    case = add_case(cast.anna, Card("", "Jawna"), [cast.bartek.public_id, cast.celina.public_id])
    share(cast.anna, uuid4(), one, MESSAGE, With([cast.bartek.public_id]))
    share(cast.anna, uuid4(), other, MESSAGE, With([cast.celina.public_id]))
    heard()
    with psycopg.connect(own_database.url, autocommit=True) as connection:
        connection.execute(f"LISTEN {events.PAGES}")
        act = file(cast.anna, uuid4(), [one, other], Wanted(case=case.public_id))
        connection.execute("SELECT 1")
        notices = [json.loads(notice.payload) for notice in connection.notifies(timeout=0)]
    told = {topic for n in notices if str(cast.bartek.public_id) in n["users"] for topic in n.get("topics", ())}
    assert told == {events.message(one), events.case(case.public_id)}
    assert heard()[0] == {"Anna", "Bartek", "Celina"}
    acts.undo(cast.anna, act.public_id)
    assert heard()[0] == {"Anna", "Bartek", "Celina"}


def test_after_a_hand_over_everybody_looks_again_and_is_told_of_no_case(heard: Heard) -> None:
    cast = make_cast()
    add_case(cast.anna, Card("", "Tajna"), walled=True)
    cast.dorota.set_password("correct horse battery staple")
    cast.dorota.save()
    disable(cast.dorota, cast.anna.public_id)
    heard()
    hand_over(cast.dorota, cast.anna.public_id, cast.bartek.public_id, Farewell.ARCHIVE)
    assert heard() == ({"Bartek", "Celina", "Dorota", "Felicja"}, set())
