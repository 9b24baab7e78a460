"""Pages of cases as browsers without script meet them: who sees which, and what forms say."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from teczka.core.cases import CaseState
from teczka.store.models import Case, CaseNote, Office, User
from teczka.store.queries.cases import case_card, members
from teczka.store.viewer import as_user
from tests.cases import make_case, make_note, make_party, make_task
from tests.cast import Cast, make_cast, today
from tests.web.conftest import browser

PARTIES = {"parties-TOTAL_FORMS": "2", "parties-INITIAL_FORMS": "0"}
ENTERED = PARTIES | {
    "name": "Kowalski p. Żak",
    "number": "KAN/7/2026",
    "client": "Jan Kowalski",
    "references": "I C 12/24\n Km 7/25 \n",
    "opened_on": "2026-05-03",
    "parties-0-side": "court",
    "parties-0-name": "SO w Warszawie",
    "parties-0-addresses": "Biuro@Sad.example, so@sad.example",
    "parties-1-side": "opposing",
}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def page(client: Client, route: str, *args: Any, **query: str) -> str:
    answer = client.get(reverse(route, args=args), query)
    assert answer.status_code == 200, (route, answer.status_code)
    return answer.content.decode()


def send(window: Client, route: str, *args: Any, **fields: Any) -> Any:
    return window.post(reverse(route, args=args), fields)


def made(person: User, name: str = "Kowalski p. Żak") -> Case:
    with as_user(person.pk):
        return Case.objects.get(name=name)


def test_a_case_is_entered_with_its_parties_and_its_team(cast: Cast) -> None:
    answer = send(
        browser(cast.anna),
        "case_add",
        **ENTERED,
        team=[str(cast.bartek.public_id)],
        lead=str(cast.bartek.public_id),
    )
    case = made(cast.anna)
    assert answer.headers["Location"] == reverse("case", args=[case.public_id])
    card = case_card(cast.celina, case.public_id)
    assert card
    assert card.references == ("I C 12/24", "Km 7/25")
    (court,) = card.parties
    assert (court.name, court.addresses) == ("SO w Warszawie", ("biuro@sad.example", "so@sad.example"))
    assert [(one.name, one.lead) for one in members(cast.anna, case.pk)] == [
        ("Bartek Nowy", True),
        ("Anna Lipowska", False),
    ]


def test_the_offices_next_number_stands_in_the_form(cast: Cast) -> None:
    Office.objects.filter(pk=cast.office.pk).update(number_patterns=["KAN/{number}/{year}"])
    assert re.search(r'value="KAN/1/20\d\d"', page(browser(cast.anna), "case_add"))


def test_whoever_asks_for_a_further_row_keeps_all_that_was_typed(cast: Cast) -> None:
    client = browser(cast.anna)
    told = send(
        client, "case_add", **ENTERED, more="1", walled="on", team=[str(cast.celina.public_id)]
    ).content.decode()
    assert 'name="parties-2-name"' in told
    assert 'value="Biuro@Sad.example, so@sad.example"' in told
    assert "I C 12/24" in told
    assert re.search(r'name="walled" checked', told)
    assert re.search(rf'value="{cast.celina.public_id}"[^>]*checked', told)
    assert "field-error" not in told
    told = send(client, "case_add", **ENTERED, drop="0").content.decode()
    assert "SO w Warszawie" not in told
    assert 'name="parties-0-name"' in told
    assert 'name="parties-1-name"' not in told
    with as_user(cast.anna.pk):
        assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "To pole jest wymagane"),
        ("references", "I C 12/24\nsprawa Kowalskiego", "sprawa Kowalskiego"),
        ("parties-0-addresses", "so@sad.example, nie-adres", "„nie-adres” nie jest adresem e-mail"),
        ("parties-0-name", "", "Wpisz, kto to jest"),
        ("parties-TOTAL_FORMS", "x", "ManagementForm"),
        ("opened_on", "wczoraj", "field-error"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_saved(
    cast: Cast, field: str, value: str, said: str
) -> None:
    told = send(browser(cast.anna), "case_add", **(ENTERED | {field: value})).content.decode()
    assert said in told
    with as_user(cast.anna.pk):
        assert not Case.objects.exists()


def test_a_number_that_is_taken_is_told(cast: Cast) -> None:
    send(browser(cast.anna), "case_add", **ENTERED)
    told = send(browser(cast.bartek), "case_add", **(ENTERED | {"name": "Inna"})).content.decode()
    assert "Ten numer ma już inna sprawa kancelarii" in told


def test_a_change_by_somebody_else_is_shown_beside_ones_own(cast: Cast) -> None:
    anna, dorota = browser(cast.anna), browser(cast.dorota)
    send(anna, "case_add", **ENTERED)
    case = made(cast.anna)
    form = page(anna, "case_edit", case.public_id)
    seen = re.search(r'name="seen" value="(\w+)"', form)
    party = re.search(r'name="parties-0-id" value="([\w-]+)"', form)
    assert seen
    assert party
    sent = ENTERED | {"seen": seen[1], "state": "open", "parties-0-id": party[1]}
    assert send(dorota, "case_edit", case.public_id, **(sent | {"client": "Maria Kowalska"})).status_code == 302
    told = send(anna, "case_edit", case.public_id, **(sent | {"name": "Kowalski p. Żakowi"})).content.decode()
    assert "Maria Kowalska" in told
    assert 'value="Kowalski p. Żakowi"' in told
    again = re.search(r'name="seen" value="(\w+)"', told)
    assert again
    assert again[1] != seen[1]
    sent |= {"seen": again[1], "name": "Kowalski p. Żakowi"}
    assert send(anna, "case_edit", case.public_id, **sent).status_code == 302
    card = case_card(cast.anna, case.public_id)
    assert card
    assert (card.name, card.client, str(card.parties[0].id)) == ("Kowalski p. Żakowi", "Jan Kowalski", party[1])


def test_a_closed_case_without_a_day_was_closed_today_and_an_open_one_has_none(cast: Cast) -> None:
    anna = browser(cast.anna)
    send(anna, "case_add", **ENTERED)
    case = made(cast.anna)
    for state, closed_on in (("closed", ""), ("open", "2026-05-03")):
        card = case_card(cast.anna, case.public_id)
        assert card
        send(anna, "case_edit", case.public_id, **ENTERED, state=state, closed_on=closed_on, seen=card.mark)
        after = case_card(cast.anna, case.public_id)
        assert after
        assert (after.state, after.closed_on is not None) == (CaseState(state), state == "closed")


def test_a_coworker_outside_the_team_sees_the_card_and_whom_to_ask(cast: Cast) -> None:
    case = make_case(cast.anna, "Kowalski p. Żak", number="KAN/7/2026")
    make_party(case, cast.anna, "Spółka Żak", "zak@firma.example")
    note = make_note(case, cast.anna, "odpowiadamy do piątku")
    make_task(cast.anna, "Odpowiedź na pozew", case=case)
    for stranger in (cast.bartek, cast.dorota):
        client = browser(stranger)
        told = page(client, "case", case.public_id)
        assert "Spółka Żak" in told
        assert "W zespole są: Anna Lipowska." in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", told))
        assert "piątku" not in told
        assert "Odpowiedź" not in told
        for name in ("case_notes", "case_tasks"):
            assert client.get(reverse(name, args=[case.public_id])).status_code == 404
        assert client.get(reverse("case_note", args=[case.public_id, note.public_id])).status_code == 404
    assert browser(cast.bartek).get(reverse("case_edit", args=[case.public_id])).status_code == 404
    assert browser(cast.dorota).get(reverse("case_edit", args=[case.public_id])).status_code == 200


def test_a_walled_case_and_one_that_never_was_are_the_same_bytes_and_as_many_queries(
    cast: Cast,
) -> None:
    case = make_case(cast.anna, "Tajna", walled=True)
    never = make_case(cast.edward, "Obca")
    for stranger in (cast.bartek, cast.dorota):
        client = browser(stranger)
        client.get("/nowhere/")
        for name in ("case", "case_edit", "case_notes", "case_people", "case_team", "case_tasks"):
            answers = []
            for one in (case, never):
                with CaptureQueriesContext(connection) as asked:
                    content = client.get(reverse(name, args=[one.public_id])).content
                answers.append((content, len(asked)))
            assert answers[0] == answers[1], name
        assert "Tajna" not in page(client, "case_list", show="all") + page(client, "case_list", q="tajna")


def test_what_was_done_to_a_case_is_taken_back_on_the_spot(cast: Cast) -> None:
    case = make_case(cast.anna, "Sprawa")
    client = browser(cast.anna)

    def undo() -> None:
        told = page(client, "case_people", case.public_id)
        back = re.search(r'class="said" role="status">.*?action="([^"]+)"', told)
        assert back, "nothing can be taken back"
        assert client.post(back[1]).status_code == 302
        case.refresh_from_db()

    for act, state in (("case_close", "closed"), ("case_suspend", "suspended")):
        send(client, act, case.public_id)
        with as_user(cast.anna.pk):
            case.refresh_from_db()
            assert case.state == state
            undo()
            assert case.state == "open"
    with as_user(cast.anna.pk):
        send(client, "case_wall", case.public_id)
        case.refresh_from_db()
        assert case.walled
        undo()
        assert not case.walled


@pytest.mark.parametrize("act", ["case_reopen", "case_suspend"])
def test_a_case_that_was_opened_by_mistake_is_closed_again_on_its_old_day(cast: Cast, act: str) -> None:
    case = make_case(cast.anna, "Sprawa", state="closed", closed_on=date(2024, 5, 3))
    client = browser(cast.anna)
    send(client, act, case.public_id)
    back = re.search(r'class="said" role="status">.*?action="([^"]+)"', page(client, "case_people", case.public_id))
    assert back
    for on, day in (
        ("2999-01-01", today(cast.office)),
        ("2024-02-31", today(cast.office)),
        ("2024-05-03", date(2024, 5, 3)),
    ):
        client.post(re.sub(r"on=.*", f"on={on}", back[1]))
        with as_user(cast.anna.pk):
            case.refresh_from_db()
        assert (case.state, case.closed_on) == ("closed", day)
        send(client, act, case.public_id)
    assert back[1].endswith("on=2024-05-03")


def test_a_wall_by_which_somebody_joined_or_got_a_task_is_not_taken_back_in_one_go(cast: Cast) -> None:
    for actor, doer in ((cast.dorota, cast.anna), (cast.anna, cast.bartek)):
        case = make_case(cast.anna, "Sprawa")
        make_task(cast.anna, "Pismo", doer, case=case)
        client = browser(actor)
        send(client, "case_wall", case.public_id)
        told = page(client, "case_notes", case.public_id)
        assert "Od teraz o tej sprawie wie tylko jej zespół" in told
        assert reverse("case_unwall", args=[case.public_id]) not in told, actor.name


def test_whose_open_tasks_go_to_whom_is_said_beforehand(cast: Cast) -> None:
    case = make_case(cast.anna, "Sprawa", cast.felicja)
    for doer in (cast.bartek, cast.bartek, cast.celina, cast.felicja):
        make_task(cast.anna, "Pismo", doer, case=case)
    told = page(browser(cast.felicja), "case_people", case.public_id)
    assert "2 otwarte zadania, które ma Bartek Nowy, przejmie Anna Lipowska." in told
    assert "1 otwarte zadanie, które ma Celina Cicha, przejmie Anna Lipowska." in told
    assert "Felicja Zespolona, przejmie" not in told
    outside = page(browser(cast.dorota), "case_people", case.public_id)
    assert "Otwarte zadania osób spoza zespołu przejmie Anna Lipowska." in outside
    assert "Bartek Nowy" not in outside
    assert "Otwarte zadania teraz" not in page(browser(cast.anna), "case_team", case.public_id), "they keep them"
    send(browser(cast.anna), "case_wall", case.public_id)
    team = page(browser(cast.anna), "case_team", case.public_id)
    assert "Otwarte zadania teraz: Anna Lipowska – 3, Felicja Zespolona – 1." in team


def test_a_table_of_cases_calls_a_day_and_a_state_as_the_pages_do(cast: Cast) -> None:
    make_case(cast.anna, "Sprawa", opened_on=date(2024, 5, 3))
    client = browser(cast.anna)
    head, *rows = client.get(reverse("case_table")).content.decode("utf-8-sig").splitlines()
    with as_user(cast.anna.pk):
        told = page(client, "case_edit", Case.objects.get().public_id)
    for name in ("Data przyjęcia", "Data zamknięcia"):
        assert name in head
        assert name in told
    assert "w toku" in rows[0]
    assert "w toku" in told


def test_a_note_is_written_on_the_timeline_and_its_removal_taken_back(cast: Cast) -> None:
    case = make_case(cast.anna, "Sprawa")
    client = browser(cast.anna)
    send(client, "case_note_add", case.public_id, text="odpowiadamy\n\n<b>do piątku</b>")
    send(client, "case_note_add", case.public_id, text="   ")
    assert "&lt;b&gt;do piątku" in page(client, "case", case.public_id)
    with as_user(cast.anna.pk):
        (note,) = CaseNote.objects.all()
    assert send(client, "case_note", case.public_id, note.public_id, text="zmieniona treść").status_code == 302
    send(client, "case_note_drop", case.public_id, note.public_id)
    told = page(client, "case_notes", case.public_id)
    assert "zmieniona treść" not in told
    send(client, "case_note_restore", case.public_id, note.public_id)
    assert "zmieniona treść" in page(client, "case_notes", case.public_id)


def test_who_leaves_a_walled_team_is_led_to_the_list(cast: Cast) -> None:
    case = make_case(cast.anna, "Sprawa", cast.bartek, walled=True)
    left = send(browser(cast.anna), "case_team", case.public_id, team=[str(cast.bartek.public_id)], lead="")
    assert left.headers["Location"] == reverse("case_list")
    assert browser(cast.anna).get(reverse("case", args=[case.public_id])).status_code == 404
    nobody = send(browser(cast.bartek), "case_team", case.public_id, team=[], lead="").content.decode()
    assert "Ktoś musi zostać" in nobody


def test_a_page_of_a_team_that_has_changed_since_brings_nobody_back_and_takes_nobody_away(cast: Cast) -> None:
    case = make_case(cast.anna, "Sprawa", cast.celina)
    anna, bartek, celina, felicja = (str(one.public_id) for one in (cast.anna, cast.bartek, cast.celina, cast.felicja))
    stale = re.findall(r'name="seen" value="([^"]+)"', page(browser(cast.anna), "case_team", case.public_id))
    send(browser(cast.dorota), "case_team", case.public_id, seen=stale, team=[anna, felicja], lead="")
    send(browser(cast.anna), "case_team", case.public_id, seen=stale, team=[anna, celina, bartek], lead=celina)
    assert {one.id for one in members(cast.anna, case.pk)} == {cast.anna.pk, cast.felicja.pk, cast.bartek.pk}


def test_the_list_tells_what_is_whose_and_goes_on_page_by_page(cast: Cast) -> None:
    for number in range(53):
        make_case(cast.anna, f"Sprawa {number:02}")
    client = browser(cast.anna)
    first = page(client, "case_list")
    following = re.search(r'href="(\?[^"]+after=[^"]+)"', first)
    assert following
    rest = client.get(reverse("case_list") + following[1].replace("&amp;", "&")).content.decode()
    assert (first.count('class="case-row'), rest.count('class="case-row')) == (50, 3)
    assert "Sprawa 52" in rest
    assert "Nie masz jeszcze swoich spraw" in page(browser(cast.bartek), "case_list")
    assert "50 spraw, które najlepiej pasują do „sprawa”" in page(client, "case_list", q="sprawa")
    assert "Nic nie pasuje" in page(client, "case_list", q="xyzzy")
    for odd in ({"after": "x"}, {"show": "x", "by": "x"}, {"q": "\0 %"}):
        page(client, "case_list", **odd)


def test_the_timeline_takes_any_address_that_somebody_makes_up(cast: Cast) -> None:
    case = make_case(cast.anna, "Sprawa")
    client = browser(cast.anna)
    for odd in ("x", "2026-01-01_x", f"2026-01-01_{case.public_id}", f"2026-01-01T00:00:00+00:00_{case.public_id}"):
        page(client, "case", case.public_id, before=odd)
    page(client, "case", case.public_id, only="nothing")
    page(client, "case_notes", case.public_id, before="x")
