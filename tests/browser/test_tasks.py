"""Tasks by keyboard alone, in both languages: typed in a line, made of a message with two keys, ticked off and taken back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from teczka.actions.cases import add_case
from teczka.actions.tasks import add_task
from teczka.core.cases import Card
from teczka.core.tasks import Wanted
from teczka.store.models import Case, User
from teczka.store.queries.tasks import Scope, done_tasks, open_tasks
from tests.browser.conftest import Office
from tests.browser.held import Held
from tests.browser.keyboard import at_the_keyboard, looked_at, two_people
from tests.browser.test_accessibility import go_to
from tests.cast import make_account, make_folder, today
from tests.web.mailroom import store

LETTER = b"From: Jan <jan@klient.example>\r\nSubject: Odp.: Re: Pozew o zaplate\r\nDate: Wed, 20 May 2026 10:00:00 +0200\r\n\r\ntekst\r\n"


@dataclass(frozen=True)
class Words:
    line: str
    added: str
    done: str
    undone: str
    alone: str
    both: str
    wrong: str


WORDS = {
    "pl": Words(
        "Zadzwonić do sądu @jan #Kowalski jutro", "Dodano zadanie.", "Zrobione.", "Cofnięto.", "To zadanie widzisz tylko Ty.",
        "Kto widzi to zadanie: Ty, Jan Drugi. Nikt więcej.", "Nikt w kancelarii nie nazywa się",
    ),
    "en": Words(
        "Call the court @jan #Kowalski tomorrow", "The task was added.", "Done.", "Taken back.", "Only you see this task.",
        "Who sees this task: you, Jan Drugi. Nobody else.", "Nobody of the office is called",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class House:
    anna: User
    jan: User
    case: Case
    folder: str


def make_house(language: str) -> House:
    anna, jan = two_people(language)
    folder = make_folder(make_account(anna, f"{uuid4().hex}@poczta.example"))
    store(folder, LETTER)
    return House(anna, jan, add_case(anna, Card("K 7/26", "Kowalski p. Nowak")), f"/folders/{folder.public_id}/")


@pytest.fixture(params=["pl", "en"])
def house(request: pytest.FixtureRequest, office: Office) -> House:
    return make_house(request.param)


@pytest.fixture
def page(browser: Browser, office: Office, house: House) -> Iterator[Page]:
    yield from at_the_keyboard(browser, office, house.anna)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def titles(person: User) -> list[str]:
    return [line.title for line in open_tasks(person, Scope.OFFICE)]


def test_a_day_with_tasks_without_a_mouse(page: Page, house: House) -> None:
    words = WORDS[house.anna.language]
    page.goto("/tasks/")
    looked_at(page, ("dark", 360), ("light", 1280))  # while there is nothing
    press(page, "t")
    page.keyboard.type(words.line.replace("@jan", "@zenon"))
    press(page, "Enter")
    expect(page.get_by_role("alert")).to_contain_text(words.wrong)
    looked_at(page, ("light", 360))
    page.keyboard.press("Control+A")
    page.keyboard.type(words.line)
    press(page, "Enter")
    expect(page.get_by_role("status").first).to_contain_text(words.added)
    (line,) = open_tasks(house.anna, Scope.OFFICE)
    now = today(house.anna.office)
    assert (line.assignee_name, line.case, line.due_on) == ("Jan Drugi", house.case.public_id, now + timedelta(days=1))
    for number, days in enumerate((-3, 0, 2, 40)):
        add_task(house.anna, Wanted(f"Pismo {number}", due_on=now + timedelta(days=days)))
    page.goto("/tasks/office/")
    expect(page.locator(".task-facts > a")).to_have_count(1)  # a link beneath the task's own
    looked_at(page, ("light", 1280), ("dark", 360))
    page.goto("/tasks/")
    looked_at(page, ("light", 360), ("dark", 1280))
    press(page, "j", "j", "e")
    expect(page.get_by_role("status").first).to_contain_text(words.done)
    assert [one.title for one in done_tasks(house.anna)] == ["Pismo 1"]
    expect(page.get_by_role("link", name="Pismo 2", exact=True)).to_be_focused()  # on where one was
    press(page, "z")
    expect(page.get_by_role("status").first).to_contain_text(words.undone)
    assert len(titles(house.anna)) == 5
    page.wait_for_load_state()  # its script listens
    press(page, "#")
    expect(page.locator(".said button")).to_have_count(1)
    assert len(titles(house.anna)) == 4
    page.goto("/tasks/done/")
    looked_at(page, ("light", 1280))


def test_a_task_is_made_of_a_message_with_two_keys_and_taken_back_with_one(page: Page, house: House) -> None:
    words = WORDS[house.anna.language]
    page.goto(house.folder)
    press(page, "j")
    page.locator("#pane [data-key=task]").wait_for()
    press(page, "t")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(words.alone)).to_be_visible()
    title = dialog.locator("[name=title]")
    expect(title).to_be_focused()
    expect(title).to_have_value("Pozew o zaplate")
    looked_at(page, ("light", 360), ("dark", 1280))
    press(page, "Enter")
    toast = page.locator("#toast")
    expect(toast).to_contain_text(words.added)
    assert titles(house.anna) == ["Pozew o zaplate"]
    press(page, "z")
    expect(toast).to_contain_text(words.undone)
    assert titles(house.anna) == []


def test_the_form_follows_what_is_chosen(page: Page, house: House) -> None:
    words = WORDS[house.anna.language]
    page.goto("/tasks/add/")
    told = page.locator("#task-told")
    expect(told).to_contain_text(words.alone)
    go_to(page, page.locator("[name=title]"))
    page.keyboard.type("Odpowiedź na pozew")
    go_to(page, page.locator("[name=due]"))
    page.keyboard.type("14.05.2031")
    expect(told).to_contain_text(re.compile("2031"))
    go_to(page, page.locator("[name=assignee]"))
    page.keyboard.type("Jan")
    expect(told).to_contain_text(words.both)
    looked_at(page, ("dark", 360), ("light", 1280))
    go_to(page, page.locator("[name=case]"))
    page.keyboard.type("K 7/26")
    expect(told).not_to_contain_text(words.both)
    expect(told).to_contain_text("Jan Drugi")
    press(page, "Enter")
    expect(page.get_by_role("status").first).to_contain_text(words.added)
    assert titles(house.jan) == ["Odpowiedź na pozew"]
    page.goto(f"/tasks/{open_tasks(house.anna, Scope.OFFICE)[0].public_id}/")
    looked_at(page, ("light", 360))
    page.goto("/settings/reminders/")
    looked_at(page, ("dark", 360))


@pytest.mark.parametrize("house", ["pl"], indirect=True)
def test_who_will_see_it_is_said_of_what_stands_there_now(page: Page, house: House) -> None:
    """Though the answer about what stood there before comes later."""
    words = WORDS[house.anna.language]
    page.goto("/tasks/add/")
    asked = Held(page, "**/tasks/told/**", times=1)
    go_to(page, page.locator("[name=assignee]"))
    page.keyboard.type("Jan")
    (first,) = asked.asked()
    go_to(page, page.locator("[name=case]"))
    page.keyboard.type("K 7/26")
    told = page.locator("#task-told")
    expect(told).to_contain_text("Jan Drugi")
    assert words.both not in told.inner_text()
    with page.expect_event("requestfinished", lambda request: request == first.request):
        asked.let_go()
    page.evaluate("() => new Promise(requestAnimationFrame)")  # a turn of the page's own: what came stands there
    assert words.both not in told.inner_text()


def test_a_case_has_its_tasks_on_its_page(page: Page, house: House) -> None:
    words = WORDS[house.anna.language]
    page.goto(f"/cases/{house.case.public_id}/tasks/")
    press(page, "t")
    page.keyboard.type("Zażalenie @jan +2")
    press(page, "Enter")
    expect(page.get_by_role("status").first).to_contain_text(words.added)
    expect(page).to_have_url(re.compile("/cases/"))
    (line,) = open_tasks(house.anna, Scope.OFFICE)
    assert (line.title, line.case, line.assignee_name) == ("Zażalenie", house.case.public_id, "Jan Drugi")
    looked_at(page, ("light", 360), ("dark", 1280))
    press(page, "j", "e")
    expect(page.get_by_role("status").first).to_contain_text(words.done)
    page.wait_for_load_state()  # its script listens
    press(page, "z")
    expect(page.get_by_role("status").first).to_contain_text(words.undone)
    expect(page).to_have_url(re.compile("/cases/"))
    assert titles(house.jan) == ["Zażalenie"]


@pytest.mark.parametrize("house", ["pl"], indirect=True)
def test_a_list_hears_of_what_somebody_else_does(page: Page, house: House) -> None:
    page.goto("/tasks/")
    add_task(house.jan, Wanted("Od Jana", assignee=house.anna.public_id))
    expect(page.get_by_role("link", name="Od Jana", exact=True)).to_be_visible()
