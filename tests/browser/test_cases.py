"""A case by keyboard alone, in both languages: opened, changed, walled, closed and found; and kept fresh while others work on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from teczka.actions.notes import add_note
from teczka.actions.team import save_team
from teczka.store.models import Case, User
from teczka.store.models import Office as OfficeRow
from teczka.store.viewer import as_user
from tests.browser.conftest import NETWORK, Office
from tests.browser.test_accessibility import TELL_OF_MICE, everywhere, go_to, press, write

NAME = "Kowalski p. Żak o zapłatę"


@dataclass(frozen=True)
class Words:
    new: str
    name: str
    client: str
    references: str
    open: str
    wrong: str
    party: str
    who: str
    addresses: str
    save: str
    add_note: str
    note: str
    edit: str
    people: str
    wall: str
    walled: str
    undo: str
    unwalled: str
    close: str
    closed: str
    cases: str
    closed_tab: str
    find: str
    found: str


WORDS = {
    "pl": Words(
        "Nowa sprawa", "Nazwa sprawy", "Klient", "Sygnatury", "Załóż sprawę", "Nie rozpoznajemy sygnatury: sprawa Żaka.", "Dodaj stronę",
        "Imię i nazwisko albo firma", "Adresy e-mail", "Zapisz", "Dodaj notatkę", "Nowa notatka", "Edytuj", "Osoby", "Ogranicz do zespołu",
        "Od teraz o tej sprawie wie tylko jej zespół.", "Cofnij", "Od teraz cała kancelaria widzi nazwę", "Zamknij sprawę",
        "Sprawa jest zamknięta.", "Sprawy", "Zamknięte", "Znajdź sprawę", "Znaleziono 1 sprawę",
    ),
    "en": Words(
        "New case", "Name of the case", "Client", "References", "Open the case", "No reference that we know: sprawa Żaka.", "Add a party",
        "First and last name, or the firm", "E-mail addresses", "Save", "Add the note", "New note", "Edit", "People",
        "Close it to all but the team", "Now its team alone knows of this case.", "Undo", "The whole office sees the name",
        "Close the case", "The case is closed.", "Cases", "Closed", "Find a case", "1 case found",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class House:
    words: Words
    anna: User
    jan: User


@pytest.fixture(params=["pl", "en"])
def house(request: pytest.FixtureRequest, office: Office) -> House:
    language = request.param
    row = OfficeRow.objects.create(name="Kancelaria", language=language, number_patterns=["KAN/{number}/{year}"])
    anna, jan = (
        User.objects.create_user(f"{uuid4().hex}@dom.example", office=row, name=name, language=language)
        for name in ("Anna Pierwsza", "Jan Drugi")
    )
    return House(WORDS[language], anna, jan)


@pytest.fixture
def page(browser: Browser, office: Office, house: House) -> Iterator[Page]:
    """Signed in as Anna, without a mouse. Whatever the page complains of fails the test."""
    context = browser.new_context(
        base_url=office.site.url,
        locale="pl-PL" if house.words is WORDS["pl"] else "en-GB",
        viewport={"width": 1280, "height": 800},
    )
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(house.anna), "url": office.site.url}]
    )
    made = context.new_page()
    complaints: list[str] = []
    made.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    made.add_init_script(TELL_OF_MICE)
    yield made
    context.close()
    assert [told for told in complaints if NETWORK not in told] == []


def test_a_case_lives_by_keyboard_alone(page: Page, house: House) -> None:
    page.goto("/cases/")
    everywhere(page)  # while there is none
    open_it(page, house.words)
    note_and_change(page, house.words)
    wall_it(page, house.words)
    close_and_find(page, house.words)


def open_it(page: Page, words: Words) -> None:
    press(page, page.get_by_role("link", name=words.new).first)
    write(page, words.name, NAME)
    write(page, words.references, "sprawa Żaka")
    press(page, page.get_by_role("button", name=words.party))
    second = page.get_by_role("group", name="2").get_by_label(words.who, exact=True)
    expect(page.locator("#id_parties-1-side")).to_be_focused()
    page.keyboard.press("Tab")
    expect(second).to_be_focused()
    page.keyboard.type("Spółka Żak")
    go_to(page, page.locator("#id_parties-1-addresses"))
    page.keyboard.type("zak@firma.example")
    page.keyboard.press("Enter")  # saves: it adds and removes no row
    expect(page.get_by_text(words.wrong)).to_be_visible()
    everywhere(page)
    write(page, words.references, "I C 12/24")
    press(page, page.locator("main .primary"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("KAN/1/")
    expect(page.locator(".reference")).to_have_text("I C 12/24")


def note_and_change(page: Page, words: Words) -> None:
    go_to(page, page.get_by_label(words.note))
    page.keyboard.type("odpowiadamy do piątku")
    press(page, page.get_by_role("button", name=words.add_note))
    expect(page.locator(".timeline li")).to_contain_text(["odpowiadamy do piątku"])
    everywhere(page)
    press(page, page.locator(".case-title").get_by_role("link", name=words.edit))
    write(page, words.client, "Jan Kowalski")
    press(page, page.get_by_role("button", name=words.save).last)
    expect(page.locator(".case-facts")).to_contain_text("Jan Kowalski")


def wall_it(page: Page, words: Words) -> None:
    expect(page.locator(".party-list").first).to_contain_text("zak@firma.example")
    press(page, page.get_by_role("button", name=words.wall))
    expect(page.get_by_role("status")).to_contain_text(words.walled)
    everywhere(page)
    press(page, page.get_by_role("button", name=words.undo))
    expect(page.get_by_role("status")).to_contain_text(words.unwalled)


def close_and_find(page: Page, words: Words) -> None:
    press(page, page.get_by_role("button", name=words.close))
    expect(page.get_by_role("status")).to_contain_text(words.closed)
    press(page, page.locator(".case-above a").last)
    press(page, page.get_by_role("navigation").get_by_role("link", name=words.closed_tab))
    expect(page.locator(".case-row")).to_contain_text(NAME)
    go_to(page, page.get_by_role("searchbox", name=words.find))
    page.keyboard.type("ic12/24")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_contain_text(words.found)
    everywhere(page)
    press(page, page.get_by_role("link", name=NAME))
    expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)


def test_what_another_does_is_seen_without_asking(page: Page, house: House) -> None:
    page.goto("/cases/new/")
    write(page, house.words.name, NAME)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)
    with as_user(house.anna.pk):
        case = Case.objects.get(name=NAME, office=house.anna.office)
    save_team(house.anna, case.public_id, [house.anna.public_id, house.jan.public_id], house.jan.public_id)
    expect(page.locator(".case-facts")).to_contain_text("Jan Drugi")
    go_to(page, page.get_by_label(house.words.note))
    page.keyboard.type("piszę")
    add_note(house.jan, case.public_id, "a ja już dzwonię")
    expect(page.locator(".timeline")).to_contain_text("a ja już dzwonię")
    expect(page.get_by_label(house.words.note)).to_have_value("piszę")
