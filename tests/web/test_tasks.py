"""Tasks on their pages: typed in a line, edited, ticked off, taken back; and what each form says."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from teczka.actions.cases import add_case
from teczka.actions.tasks import add_task
from teczka.core.cases import Card
from teczka.core.tasks import Wanted
from teczka.store import events
from teczka.store.models import Case, CaseMember, Task, User
from teczka.store.queries.tasks import Scope, TaskLine, open_tasks
from teczka.store.viewer import as_user
from tests.cast import today
from tests.web.conftest import Office, browser
from tests.web.pages import fields_of


def begun(maker: User, name: str, *others: User, walled: bool = False, number: str = "", reference: str = "") -> Case:
    case = add_case(maker, Card(number, name, references=(reference,) if reference else ()))
    with as_user(maker.pk):
        for person in others:
            CaseMember.objects.create(case=case, user=person, office_id=case.office_id)
        Case.objects.filter(pk=case.pk).update(walled=walled)
    return case


TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


def words(answer: Any) -> str:
    return TOKEN.sub("", " ".join(unescape(answer.content.decode()).split()))


def newest(office: Office) -> TaskLine:
    with as_user(office.cast.anna.pk):
        key = Task.objects.order_by("-id").values_list("public_id", flat=True)[0]
    return next(line for line in open_tasks(office.cast.anna, Scope.OFFICE) if line.public_id == key)


def typed(client: Client, line: str) -> Any:
    return client.post("/tasks/quick/", {"line": line}, follow=True)


def test_a_line_says_what_who_where_and_when(office: Office, anna: Client) -> None:
    case = begun(office.cast.anna, "Kowalski p. Nowak", number="K 7/26", reference="I C 12/24")
    said = words(typed(anna, "Odpowiedź na pozew @bartek #I C 12/24 jutro"))
    line = newest(office)
    assert (line.title, line.assignee_name, line.case) == ("Odpowiedź na pozew", "Bartek Nowy", case.public_id)
    assert line.due_on == today(office.cast.office) + timedelta(days=1)
    assert "Dodano zadanie." in said
    assert "Bartek Nowy · K 7/26 Kowalski p. Nowak" in said


def test_what_is_not_understood_is_said_and_kept(office: Office, anna: Client) -> None:
    for line, why in (
        ("Pismo @zenon", "Nikt w kancelarii nie nazywa się „@zenon”."),
        ("Pismo #Nieznana sprawa", "Nie ma sprawy „Nieznana sprawa”."),
        ("", "Wpisz, co jest do zrobienia"),
        ("x" * 400, "Wpisz, co jest do zrobienia"),
    ):
        said = words(typed(anna, line))
        assert why in said, line
        assert f'value="{line}"' in said


def test_a_case_that_one_may_not_know_of_is_as_one_that_is_not_there(office: Office, anna: Client) -> None:
    begun(office.cast.celina, "Zamknięta sprawa", walled=True)
    one, other = (words(typed(anna, f"Pismo #{name}")) for name in ("Zamknięta", "Zamknietta"))
    assert "Nie ma sprawy „Zamknięta”." in one
    assert one.replace("Zamknięta", "Zamknietta") == other


def test_a_task_from_a_message_begins_with_its_subject_and_its_case(office: Office, anna: Client) -> None:
    page = words(anna.get(f"/tasks/add/?message={office.private.public_id}"))
    assert 'value="Tajemnica obrończa"' in page
    assert f'value="{office.case.number} {office.case.name}"' in page
    assert "To zadanie widzi zespół sprawy" in page
    assert "To zadanie widzisz tylko Ty." in words(anna.get(f"/tasks/add/?message={office.shared.public_id}"))
    assert anna.get(f"/tasks/add/?message={office.cast.anna.public_id}").status_code == 404
    assert browser(office.cast.bartek).get(f"/tasks/add/?message={office.private.public_id}").status_code == 404
    fields = {"title": "Odpisać", "assignee": str(office.cast.anna.public_id), "reminder": "0", "due": "za tydzień"}
    added = anna.post(f"/tasks/add/?message={office.private.public_id}&in=dialog", fields)
    assert "data-saved" in words(added)
    line = newest(office)
    assert (line.message, line.due_on) == (office.private.public_id, today(office.cast.office) + timedelta(days=7))
    undo = anna.post(f"/tasks/{line.public_id}/remove/?in=dialog")
    assert "Cofnięto." in words(undo)
    assert newest_titles(office) == {"Tajemnica: odpowiedź"}


def newest_titles(office: Office) -> set[str]:
    return {line.title for line in open_tasks(office.cast.anna, Scope.OFFICE)}


def test_the_form_says_who_will_see_it_as_it_stands(office: Office, anna: Client) -> None:
    case = begun(office.cast.anna, "Otwarta sprawa", office.cast.bartek)
    walled = begun(office.cast.anna, "Walna sprawa", walled=True)
    me, bartek = str(office.cast.anna.public_id), str(office.cast.bartek.public_id)

    def told(**fields: str) -> str:
        return words(anna.post("/tasks/told/", {"assignee": me, **fields}))

    assert "To zadanie widzisz tylko Ty." in told()
    assert "Kto widzi to zadanie: Ty, Bartek Nowy. Nikt więcej." in told(assignee=bartek)
    assert "To zadanie widzi zespół sprawy: 2 osoby." in told(case="Otwarta sprawa", assignee=bartek)
    celina = told(case="Otwarta sprawa", assignee=str(office.cast.celina.public_id))
    assert "Widzą je też osoby spoza zespołu, z wnętrza sprawy tylko to zadanie: Celina Cicha." in celina
    assert "To zadanie widzi cała kancelaria." in told(for_office="on")
    assert "Bartek Nowy nie należy do zespołu tej sprawy" in told(case=walled.name, assignee=bartek)
    assert "po terminie o 3 dni" in told(due=f"{today(office.cast.office) - timedelta(days=3):%d.%m.%Y}")
    refused = anna.post("/tasks/add/", {"title": "x", "assignee": bartek, "case": walled.name, "reminder": "0"})
    assert "Bartek Nowy nie należy do zespołu tej sprawy" in words(refused)
    assert case.name in words(anna.get(f"/tasks/add/?case={case.public_id}"))


def test_a_tick_is_taken_back_where_it_was_made(office: Office, anna: Client) -> None:
    made = add_task(office.cast.anna, Wanted("Zadzwonić do sądu", due_on=date(2026, 5, 20)))
    answer: Any = anna.post(f"/tasks/{made.public_id}/done/", {"next": "/tasks/office/"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/tasks/office/"
    said = words(answer)
    assert "Zrobione." in said
    done = words(anna.get("/tasks/done/"))
    assert "Zadzwonić do sądu" in done
    assert "po terminie" not in done
    back = f"/tasks/{made.public_id}/reopen/?next=%2Ftasks%2Foffice%2F"
    assert f'action="{back}"' in said
    assert "Zadzwonić do sądu" in words(anna.post(back, follow=True))
    assert anna.post(f"/tasks/{made.public_id}/destroy/").status_code == 404
    elsewhere: Any = anna.post(f"/tasks/{made.public_id}/done/", {"next": "https://zly.example/"}, follow=True)
    assert elsewhere.redirect_chain[-1][0] == "/tasks/"


def test_groups_stand_in_the_order_of_their_days(office: Office, anna: Client) -> None:
    now = today(office.cast.office)
    for days in (40, -3, 0):
        add_task(office.cast.anna, Wanted(f"za {days}", due_on=now + timedelta(days=days)))
    page = words(anna.get("/tasks/"))
    places = [page.index(name) for name in (">Po terminie<", ">Dziś<", ">Później<", ">Bez terminu<")]
    assert places == sorted(places)
    assert "po terminie o 3 dni" in page


def test_not_yours_and_not_there_are_the_same_bytes_and_the_same_queries(office: Office) -> None:
    made = add_task(office.cast.anna, Wanted("Tajemnica", assignee=office.cast.anna.public_id))
    nothing = UUID(int=7)
    client = browser(office.cast.celina)

    def asked(key: UUID, verb: str) -> tuple[int, bytes, list[str]]:
        with CaptureQueriesContext(connection) as queries:
            where = f"/tasks/{key}/"
            answer = client.get(where) if verb == "get" else client.post(f"{where}done/")
        shapes = [re.sub(r"'[^']*'|\d+", "?", one["sql"]) for one in queries]
        return answer.status_code, answer.content, shapes

    for verb in ("get", "post"):
        client.get("/tasks/")
        assert asked(made.public_id, verb) == asked(nothing, verb)
        assert asked(nothing, verb)[0] == 404


def test_who_sees_a_task_hears_of_it_and_nobody_else(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[set[UUID], set[str]]] = []
    monkeypatch.setattr(events, "told", lambda users, topics: told.append((set(users), set(topics))))
    cast = office.cast
    add_task(cast.anna, Wanted("Dla Bartka", assignee=cast.bartek.public_id))
    assert told == [({cast.anna.public_id, cast.bartek.public_id}, {"tasks"})]
    walled = begun(cast.anna, "Zamknięta", cast.bartek, walled=True)
    told.clear()
    add_task(cast.anna, Wanted("W sprawie", case=walled.public_id))
    assert set.union(*(users for users, _topics in told)) == {cast.anna.public_id, cast.bartek.public_id}
    assert {topic for _users, topics in told for topic in topics} == {"tasks", "cases", f"case:{walled.public_id}"}


def written(day: date) -> str:
    return f"{day.day}.{day:%m.%Y}"


def opened(client: Client, where: str) -> dict[str, Any]:
    """What its form would send."""
    answer: Any = client.get(where)
    return fields_of(answer) | {"note": answer.context["form"]["note"].value(), "next": ""}


def test_what_two_people_type_into_one_task_is_all_kept(office: Office, anna: Client) -> None:
    cast, now = office.cast, today(office.cast.office)
    made = add_task(cast.anna, Wanted("Apelacja", assignee=cast.bartek.public_id, due_on=now + timedelta(days=14)))
    where = f"/tasks/{made.public_id}/"
    ours, theirs = opened(anna, where), opened(browser(cast.bartek), where)
    browser(cast.bartek).post(where, theirs | {"due": "+3"})
    assert anna.post(where, ours | {"note": "opłata 30 zł"}).status_code == 302
    assert (newest(office).due_on, newest(office).note) == (now + timedelta(days=3), "opłata 30 zł")
    browser(cast.bartek).post(where, opened(browser(cast.bartek), where) | {"due": "+5", "title": "Apelacja!"})
    asked: Any = anna.post(where, ours | {"due": "+7"})
    assert "zapisano tu inną zmianę. Twoja nie jest jeszcze zapisana." in words(asked)
    assert f"<dt>Termin</dt><dd>{written(now + timedelta(days=5))}</dd>" in words(asked)
    form = asked.context["form"]
    assert (form["due"].value(), form["title"].value()) == (written(now + timedelta(days=7)), "Apelacja!")
    again = ours | {"due": "+7", "title": "Apelacja!", "note": "opłata 30 zł", "seen": asked.context["seen"]}
    assert anna.post(where, again).status_code == 302
    assert (newest(office).due_on, newest(office).title) == (now + timedelta(days=7), "Apelacja!")


def test_what_is_typed_into_a_task_that_was_removed_meanwhile_is_kept_until_it_is_restored(
    office: Office, anna: Client
) -> None:
    made = add_task(office.cast.anna, Wanted("Apelacja"))
    where = f"/tasks/{made.public_id}/"
    ours = opened(anna, where) | {"note": "opłata 30 zł"}
    anna.post(f"{where}remove/")
    assert anna.get(where).status_code == 404
    said = words(anna.post(where, ours))
    assert "To zadanie w tym czasie usunięto. Twoje zmiany nie są jeszcze zapisane." in said
    assert "opłata 30 zł" in said
    assert 'name="restore" value="1">Przywróć i zapisz<' in said
    assert browser(office.cast.celina).post(where, ours | {"restore": "1"}).status_code == 404
    assert anna.post(where, ours | {"restore": "1"}).status_code == 302
    assert newest(office).note == "opłata 30 zł"
