"""Pieces of a page that are made anew by events: nothing told is lost, and nothing is taken from under somebody's hands."""

from datetime import date
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from teczka.actions.cases import set_state
from teczka.actions.filing import Wanted, file, unfile
from teczka.actions.notes import add_note
from teczka.actions.rest import delete_account
from teczka.actions.sharing import With, share
from teczka.actions.team import save_team, wall_case
from teczka.core.accounts import Farewell
from teczka.core.cases import CaseState
from teczka.core.sharing import Scope
from teczka.store.models import Case, Filing
from teczka.store.viewer import as_user
from tests.browser.conftest import Office
from tests.browser.held import Held, Late
from tests.cases import make_case
from tests.cast import make_account, make_folder
from tests.web.mailroom import store

# A second hearer at the worker of this page: the first has heard before it.
HEARS = """() => {
  const { eventsUrl, eventsWorker, viewer } = document.querySelector("main").dataset;
  const worker = new SharedWorker(eventsWorker, { name: `${viewer} ${eventsUrl}` });
  window.heard = new Promise((heard) => (worker.port.onmessage = ({ data }) => data.kind === "change" && heard()));
  return new Promise((ready) => worker.port.addEventListener("message", ready, { once: true }));
}"""


@pytest.fixture
def case(office: Office) -> Case:
    return make_case(office.cast.anna, "Żywa p. Martwa", office.cast.bartek)


def test_what_is_told_while_the_page_is_asked_for_is_seen(page: Page, office: Office, case: Case) -> None:
    """It was taken for a part of what was being answered, and stayed unseen."""
    page.goto(f"/cases/{case.public_id}/")
    page.evaluate(HEARS)
    old = Late(page, page.url, times=1)
    add_note(office.cast.bartek, case.public_id, "pierwsza")
    old.asked()
    page.evaluate(HEARS)
    add_note(office.cast.bartek, case.public_id, "druga")
    page.evaluate("window.heard")
    old.let_go()
    expect(page.locator("#timeline")).to_contain_text("druga")


def test_what_is_pressed_stays_until_it_is_let_go(page: Page, office: Office, case: Case) -> None:
    page.goto(f"/cases/{case.public_id}/")
    pin = page.get_by_role("button", name="Przypnij sprawę")
    held = Held(page, page.url)
    pin.hover()
    page.mouse.down()
    page.evaluate("window.pressed = document.getElementById('case-head')")
    add_note(office.cast.bartek, case.public_id, "w trakcie")
    with page.expect_response(page.url):
        held.let_go()
    page.evaluate("address => fetch(address).then((answer) => answer.text())", f"{page.url}notes/")  # read after it
    assert page.evaluate("window.pressed.isConnected")
    page.mouse.up()
    page.unroute(page.url)
    expect(pin).to_have_attribute("aria-pressed", "true")


def test_a_piece_in_use_holds_no_other_up_and_is_the_newest_when_it_comes(
    page: Page, office: Office, case: Case
) -> None:
    """The pieces after it waited for as long as it was used, and then what had been answered before stood in its place."""
    page.goto(f"/cases/{case.public_id}/")
    head = page.locator("#case-head")
    head.evaluate("head => head.append(document.createElement('input'))")
    field = head.locator("> input")
    field.focus()
    add_note(office.cast.bartek, case.public_id, "pierwsza")
    expect(page.locator("#timeline")).to_contain_text("pierwsza")
    set_state(office.cast.anna, case.public_id, CaseState.CLOSED, date(2026, 3, 2))
    add_note(office.cast.bartek, case.public_id, "druga")
    expect(page.locator("#timeline")).to_contain_text("druga")
    expect(field).to_be_focused()
    field.blur()
    expect(field).to_have_count(0)
    expect(head).to_contain_text("2.03.2026")


def test_another_form_is_sent_while_the_first_is_answered_though_they_differ_in_what_is_hidden(
    page: Page, case: Case
) -> None:
    """As those of a rule's messages do: the second of them was taken for the first."""
    page.goto(f"/cases/{case.public_id}/notes/")
    went = page.evaluate(
        """() => {
             const form = document.querySelector("#case-head form");
             const hidden = document.createElement("input");
             form.append(Object.assign(hidden, { type: "hidden", name: "message", value: "1" }));
             const other = form.cloneNode(true);
             form.after(other);
             other.elements.message.value = "2";
             const went = [];
             addEventListener("submit", (event) => {
               if (!event.defaultPrevented) went.push(event.target.elements.message.value);
               event.preventDefault();
             });
             for (const pressed of [form, form, other, other]) pressed.querySelector("button").click();
             return went;
           }"""
    )
    assert went == ["1", "2"]


def test_a_zip_is_downloaded_as_often_as_it_is_asked_for(page: Page, case: Case) -> None:
    """The second press was taken for the first one's, as long as the page stood."""
    page.goto(f"/cases/{case.public_id}/export/")
    for _ in range(2):
        with page.expect_download():
            page.get_by_role("button", name="Pobierz ZIP").click()


def test_the_focus_stays_on_the_same_thing_when_what_stood_above_it_goes(page: Page, office: Office) -> None:
    """It was known by its place: Enter would have acted on what came to stand there."""
    anna = office.cast.anna
    above = make_account(anna, "wyzej@lipowa.example", provider_name="Wyżej", state="working")
    make_account(anna, "nizej@lipowa.example", provider_name="Niżej", state="working")
    page.goto("/accounts/")
    link = page.get_by_role("link", name="Usuń konto Niżej")
    link.focus()
    delete_account(anna, above.public_id, Farewell.REMOVE)
    expect(page.get_by_role("link", name="Usuń konto Wyżej")).to_have_count(0)
    expect(link).to_be_focused()


@pytest.mark.parametrize("where", ["", "notes/", "people/"])
def test_who_is_walled_off_or_taken_out_of_the_team_keeps_nothing_of_it_open(
    page: Page, office: Office, where: str
) -> None:
    """Its name, its parties and what was said inside stood there until the page was loaded again."""
    anna, bartek = office.cast.anna, office.cast.bartek
    case = make_case(bartek, "Cudza p. Tajna", anna)
    add_note(bartek, case.public_id, "poufne")
    page.goto(f"/cases/{case.public_id}/{where}")
    expect(page.locator("main")).to_contain_text("poufne" if where != "people/" else "Anna")
    save_team(bartek, case.public_id, [bartek.public_id], None)
    expect(page.locator("main")).not_to_contain_text("poufne")
    if where != "notes/":
        expect(page.locator("main")).to_contain_text("Cudza p. Tajna")
    wall_case(bartek, case.public_id)
    expect(page.locator("body")).not_to_contain_text("Cudza p. Tajna")


def test_mail_that_the_team_sees_comes_and_goes_on_the_cases_page(page: Page, office: Office, case: Case) -> None:
    bartek = office.cast.bartek
    letter = store(make_folder(make_account(bartek, "b@lipowa.example")), b"Subject: Pozew\r\n\r\ntekst\r\n")
    with page.expect_response(lambda answer: answer.request.resource_type == "fetch"):  # once it hears
        page.goto(f"/cases/{case.public_id}/?only=message")
    file(bartek, uuid4(), [letter.public_id], Wanted(case=case.public_id))
    share(bartek, uuid4(), letter.public_id, Scope.MESSAGE, With([], [case.public_id]))
    expect(page.locator("#timeline")).to_contain_text("Pozew")
    with as_user(bartek.pk):
        made = Filing.objects.get(case=case)
    unfile(bartek, made.public_id)
    expect(page.locator("#timeline")).not_to_contain_text("Pozew")
