"""Tasks: who may see and do what with them, and what becomes of them."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from teczka.actions.tasks import add_task, finish, remove, reopen, restore, save_task, seen_by
from teczka.actions.team import save_team, wall_case
from teczka.core.audit import Verb
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.meanwhile import ChangedMeanwhile, marks
from teczka.core.tasks import Audience, Reminder, Wanted
from teczka.store.models import Case, CaseMember, Message, Task, User
from teczka.store.queries.audit import lines
from teczka.store.queries.tasks import Scope, TaskLine, done_tasks, open_tasks, pressing, remembered, task
from teczka.store.viewer import as_user
from tests.cases import make_case
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.conftest import OwnDatabase
from tests.web.mailroom import share, store
from tests.web.test_sweep import without_row_level_security, without_the_filter

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)
LETTER = b"From: Jan <jan@klient.example>\r\nSubject: Pozew\r\n\r\ntekst\r\n"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def titles(viewer: User, scope: Scope = Scope.OFFICE) -> set[str]:
    return {line.title for line in open_tasks(viewer, scope)}


def received(cast: Cast) -> Message:
    return store(make_folder(make_account(cast.anna)), LETTER)


def leave(case: Case, person: User, by: User) -> None:
    with as_user(by.pk):
        CaseMember.objects.filter(case=case, user=person).delete()


def make_tasks(cast: Cast) -> dict[str, set[str]]:
    """What Anna made, and whom it is for: first names."""
    opened = make_case(cast.anna, "Otwarta", cast.bartek)
    walled = make_case(cast.anna, "Zamknięta", cast.bartek, walled=True)
    celina, bartek = cast.celina.public_id, cast.bartek.public_id
    made: dict[str, tuple[dict[str, Any], set[str]]] = {
        "prywatne": ({}, {"anna"}),
        "dla Celiny": ({"assignee": celina}, {"anna", "celina"}),
        "w sprawie": ({"case": opened.public_id}, {"anna", "bartek"}),
        "w sprawie dla Celiny": ({"case": opened.public_id, "assignee": celina}, {"anna", "bartek", "celina"}),
        "w zamkniętej": ({"case": walled.public_id, "assignee": bartek}, {"anna", "bartek"}),
        "dla wszystkich": ({"for_office": True}, {"anna", "bartek", "celina", "dorota"}),
        "w sprawie mimo to": ({"case": opened.public_id, "for_office": True}, {"anna", "bartek"}),
    }
    for title, (fields, _people) in made.items():
        add_task(cast.anna, Wanted(title, **fields))
    return {title: people for title, (_fields, people) in made.items()}


@pytest.fixture
def everybodys(cast: Cast) -> dict[str, set[str]]:
    return make_tasks(cast)


def see(cast: Cast, everybodys: dict[str, set[str]]) -> None:
    for name in ("anna", "bartek", "celina", "dorota", "edward"):
        expected = {title for title, people in everybodys.items() if name in people}
        assert titles(getattr(cast, name)) == expected, name


def test_everybody_sees_just_what_the_form_has_said(cast: Cast, everybodys: dict[str, set[str]]) -> None:
    see(cast, everybodys)


def test_row_level_security_alone_says_the_same(
    cast: Cast, everybodys: dict[str, set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with without_the_filter(monkeypatch):
        see(cast, everybodys)


def test_the_query_filter_alone_says_the_same(own_database: OwnDatabase) -> None:
    cast = make_cast()
    everybodys = make_tasks(cast)
    add_task(cast.anna, Wanted("z wiadomości", assignee=cast.celina.public_id), received(cast).public_id)
    everybodys["z wiadomości"] = {"anna", "celina"}
    with without_row_level_security():
        see(cast, everybodys)
        assert [line.message for line in open_tasks(cast.celina, Scope.MINE) if line.title == "z wiadomości"] == [None]


def test_who_does_not_see_a_task_can_do_nothing_with_it(cast: Cast, everybodys: dict[str, set[str]]) -> None:
    with as_user(cast.anna.pk):
        rows = list(Task.objects.all())
    acts: list[Callable[[User, UUID], None]] = [finish, reopen, remove, restore]
    for row in rows:
        for name in {"bartek", "celina", "dorota", "edward"} - everybodys[row.title]:
            person = getattr(cast, name)
            assert task(person, row.public_id) is None
            for act in acts:
                with pytest.raises(NotAllowed):
                    act(person, row.public_id)
            with pytest.raises(NotAllowed):
                save_task(person, row.public_id, Wanted("zmienione"))


def test_a_task_of_a_walled_case_is_nobodys_outside_its_team(cast: Cast) -> None:
    walled = make_case(cast.anna, "Zamknięta", cast.bartek, walled=True)
    with pytest.raises(Problem) as refused:
        add_task(cast.anna, Wanted("Pismo", case=walled.public_id, assignee=cast.celina.public_id))
    assert (refused.value.trouble, refused.value.params) == (Trouble.TASK_WALLED, {"name": cast.celina.name})
    with pytest.raises(NotAllowed):  # who may not know of the case learns nothing of it
        add_task(cast.dorota, Wanted("Pismo", case=walled.public_id))


def test_who_leaves_a_walled_team_sees_its_tasks_no_more(cast: Cast) -> None:
    walled = make_case(cast.anna, "Zamknięta", cast.bartek, walled=True)
    wanted = Wanted("Pismo", case=walled.public_id, assignee=cast.bartek.public_id, due_on=TODAY)
    made = add_task(cast.anna, wanted)
    assert pressing(cast.bartek, TODAY) == 1
    leave(walled, cast.bartek, cast.anna)
    assert pressing(cast.bartek, TODAY) == 0
    assert titles(cast.bartek) == titles(cast.bartek, Scope.MINE) == set()
    assert remembered(cast.bartek, TODAY - DAY) == []
    with pytest.raises(NotAllowed):
        finish(cast.bartek, made.public_id)


@pytest.mark.parametrize(("lead", "heir"), [("felicja", "felicja"), (None, "anna")])
def test_who_leaves_a_walled_team_leaves_their_open_tasks_to_its_lead(cast: Cast, lead: str | None, heir: str) -> None:
    stays = [cast.anna.public_id, cast.felicja.public_id]
    walled = make_case(cast.anna, "Zamknięta", cast.bartek, cast.felicja, walled=True)
    wanted = Wanted("Zażalenie", case=walled.public_id, assignee=cast.bartek.public_id, due_on=TODAY)
    open_one, undone, own = add_task(cast.anna, wanted), add_task(cast.anna, wanted), add_task(cast.bartek, Wanted("x"))
    finish(cast.bartek, undone.public_id)
    with as_user(cast.bartek.pk):
        Task.objects.filter(pk=open_one.pk).update(reminded_at=timezone.now())
    save_team(cast.anna, walled.public_id, stays, getattr(cast, lead).public_id if lead else None)
    whose = getattr(cast, heir)
    assert pressing(whose, TODAY) == 1
    with as_user(cast.anna.pk):
        now = Task.objects.get(pk=open_one.pk)
        assert (now.assignee_id, now.reminded_at) == (whose.pk, None)
        assert Task.objects.get(pk=undone.pk).assignee_id == cast.bartek.pk, "what is done is done by whom it was"
    noted = [line.ids for line in lines(cast.anna, walled.public_id) if line.verb == Verb.CASE_TASKS]
    assert noted == [[walled.public_id, whose.public_id]]
    reopen(cast.felicja, undone.public_id)
    assert found_task(cast.felicja, undone.public_id).assignee == cast.felicja.public_id
    assert found_task(cast.bartek, own.public_id).assignee == cast.bartek.public_id


def test_a_wall_leaves_no_task_to_somebody_who_does_not_see_it(cast: Cast) -> None:
    case = make_case(cast.anna, "Sprawa", cast.felicja)
    wanted = Wanted("Zażalenie", case=case.public_id, assignee=cast.bartek.public_id, due_on=TODAY)
    made, kept = add_task(cast.anna, wanted), add_task(cast.felicja, Wanted("Pismo", case=case.public_id))
    save_team(cast.anna, case.public_id, [cast.anna.public_id, cast.felicja.public_id], cast.anna.public_id)
    assert found_task(cast.anna, made.public_id).assignee == cast.bartek.public_id, "who sees the card sees their tasks"
    assert not wall_case(cast.dorota, case.public_id)
    assert found_task(cast.anna, made.public_id).assignee == cast.anna.public_id
    assert found_task(cast.anna, kept.public_id).assignee == cast.felicja.public_id


def test_a_message_is_named_to_who_may_see_it_alone(cast: Cast) -> None:
    private, shared = received(cast), received_also(cast)
    share(shared, cast.bartek)
    for message in (private, shared):
        add_task(cast.anna, Wanted("Pozew", assignee=cast.bartek.public_id), message.public_id)
    told = [line.message for line in open_tasks(cast.bartek, Scope.MINE)]
    assert told == [None, shared.public_id]
    assert [line.message for line in open_tasks(cast.anna, Scope.OFFICE)] == [private.public_id, shared.public_id]
    with pytest.raises(NotAllowed):
        add_task(cast.celina, Wanted("Pozew"), private.public_id)


def received_also(cast: Cast) -> Message:
    return store(make_folder(make_account(cast.anna, "druga@lipowa.example")), LETTER + b"dalej\r\n")


def test_who_merely_does_a_task_does_not_say_who_sees_it(cast: Cast) -> None:
    case = make_case(cast.bartek, "Otwarta")
    made = add_task(cast.anna, Wanted("Pozew", assignee=cast.bartek.public_id))
    mine = cast.bartek.public_id
    save_task(cast.bartek, made.public_id, Wanted("Pozew o zapłatę", note="akta", assignee=mine, due_on=TODAY))
    for wanted in (
        Wanted("Pozew", assignee=cast.celina.public_id),
        Wanted("Pozew", assignee=mine, case=case.public_id),
        Wanted("Pozew", assignee=mine, for_office=True),
    ):
        with pytest.raises(NotAllowed):
            save_task(cast.bartek, made.public_id, wanted)
    line = task(cast.bartek, made.public_id)
    assert line
    assert (line.title, line.note, line.due_on, line.governed) == ("Pozew o zapłatę", "akta", TODAY, False)


def test_nobody_puts_a_task_out_of_their_own_sight(cast: Cast) -> None:
    made = add_task(cast.anna, Wanted("Zamówić papier", for_office=True))
    with pytest.raises(Problem) as refused:
        save_task(cast.celina, made.public_id, Wanted("Zamówić papier", assignee=cast.bartek.public_id))
    assert refused.value.trouble is Trouble.TASK_LOST


def test_two_who_change_one_task_both_count_and_who_sees_it_is_asked_about(cast: Cast) -> None:
    bartek, celina = cast.bartek.public_id, cast.celina.public_id
    made = add_task(cast.anna, Wanted("Apelacja", assignee=bartek, due_on=TODAY + 14 * DAY))

    def line() -> TaskLine:
        return found_task(cast.anna, made.public_id)

    seen, was = marks(asdict(line().wanted)), line().wanted
    save_task(cast.bartek, made.public_id, replace(was, due_on=TODAY + 3 * DAY), seen)
    save_task(cast.anna, made.public_id, replace(was, note="opłata 30 zł"), seen)
    assert (line().due_on, line().note) == (TODAY + 3 * DAY, "opłata 30 zł")
    with pytest.raises(ChangedMeanwhile):
        save_task(cast.anna, made.public_id, replace(was, due_on=TODAY + 7 * DAY), seen)
    now = marks(asdict(line().wanted))
    save_task(cast.anna, made.public_id, replace(line().wanted, assignee=celina), now)
    with pytest.raises(ChangedMeanwhile):  # Celina would read what was written for Bartek
        save_task(cast.anna, made.public_id, replace(was, note="poufne"), now)
    assert line().note == "opłata 30 zł"


def found_task(viewer: User, public_id: UUID) -> TaskLine:
    line = task(viewer, public_id)
    assert line
    return line


def test_what_is_done_or_removed_comes_back(cast: Cast) -> None:
    made = add_task(cast.anna, Wanted("Pozew", assignee=cast.bartek.public_id))
    finish(cast.bartek, made.public_id)
    (done,) = done_tasks(cast.anna)
    assert (done.title, done.done_by) == ("Pozew", cast.bartek.name)
    assert titles(cast.anna) == set()
    reopen(cast.anna, made.public_id)
    assert done_tasks(cast.anna) == []
    remove(cast.anna, made.public_id)
    assert titles(cast.anna) == titles(cast.bartek) == set()
    assert task(cast.anna, made.public_id) is None
    restore(cast.anna, made.public_id)
    assert titles(cast.bartek) == {"Pozew"}


def test_what_is_seen_is_told(cast: Cast) -> None:
    opened = make_case(cast.anna, "Otwarta", cast.bartek)
    me, celina = cast.anna.public_id, cast.celina.public_id

    def told(**fields: Any) -> tuple[Audience, int, list[str]]:
        seen = seen_by(cast.anna, Wanted("Pozew", **fields), me)
        return seen.audience, len(seen.team), [person.name for person in seen.others]

    assert told() == (Audience.ALONE, 0, [cast.anna.name])
    assert told(assignee=celina) == (Audience.BOTH, 0, [cast.anna.name, cast.celina.name])
    assert told(case=opened.public_id) == (Audience.TEAM, 2, [])
    assert told(case=opened.public_id, assignee=celina) == (Audience.TEAM_AND, 2, [cast.celina.name])
    assert told(for_office=True) == (Audience.OFFICE, 0, [])
    with pytest.raises(NotAllowed):
        told(assignee=cast.edward.public_id)


def test_lists_go_on_where_they_ended(cast: Cast) -> None:
    days = [TODAY + number * DAY for number in (3, 1, 1, 2)] + [None, None, None]
    for number, due in enumerate(days):
        add_task(cast.anna, Wanted(f"{number}", due_on=due))
    whole = [line.title for line in open_tasks(cast.anna, Scope.MINE)]
    assert whole == ["1", "2", "3", "0", "4", "5", "6"]
    for most in (1, 2, 3, 5):
        seen: list[str] = []
        after = None
        while lines := open_tasks(cast.anna, Scope.OFFICE, after=after, most=most):
            seen += [line.title for line in lines]
            after = lines[-1].public_id
        assert seen == whole, most
    for line in open_tasks(cast.anna, Scope.MINE):
        finish(cast.anna, line.public_id)
    first = done_tasks(cast.anna, most=4)
    rest = done_tasks(cast.anna, after=first[-1].public_id)
    assert [line.title for line in first + rest] == whole[::-1]


def test_what_presses_and_what_is_remembered(cast: Cast) -> None:
    for title, due, reminder in (
        ("zaległe", TODAY - DAY, Reminder.SAME_DAY),
        ("dziś", TODAY, Reminder.NONE),
        ("pamiętać", TODAY + 3 * DAY, Reminder.THREE_DAYS),
        ("jeszcze nie", TODAY + 4 * DAY, Reminder.THREE_DAYS),
    ):
        add_task(cast.anna, Wanted(title, due_on=due, reminder=reminder))
    assert pressing(cast.anna, TODAY) == 2
    assert [line.title for line in remembered(cast.anna, TODAY)] == ["pamiętać"]
    assert pressing(cast.bartek, TODAY) == 0
