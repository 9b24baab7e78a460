"""A rule by keyboard alone, in both languages: made of a message, watched while it is written, agreed to, tried, applied, taken back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from teczka.actions import rule_runs
from teczka.actions.cases import add_case
from teczka.core.cases import Card
from teczka.store.models import Case, CaseMember, Folder, Message, Rule, RuleRun, User
from teczka.store.viewer import as_user
from tests.browser.conftest import Office
from tests.browser.held import Held
from tests.browser.keyboard import at_the_keyboard, looked_at, two_people
from tests.browser.test_accessibility import go_to
from tests.browser.test_pages import check
from tests.cast import make_account, make_folder
from tests.ruled import COURT, make_rule, receive


@dataclass(frozen=True)
class Words:
    like: str
    matches: str
    fewer: str
    widens: str
    tick: str
    save: str
    sentence: str
    more: str
    begins: str
    tried: str
    apply: str
    applied: str
    undo: str
    undoing: str
    undone: str
    off: str


WORDS = {
    "pl": Words(
        "Reguła dla takich wiadomości", "Pasuje 1 wiadomość.", "Pasują 2 wiadomości.",
        "2 wiadomości staną się widoczne dla 1 osoby: Jan Drugi",
        "Zaznacz, że inni mają widzieć tę pocztę.", "Zapisz i wypróbuj na starszej poczcie",
        "Gdy nadawcą jest biuro@sad.gov.pl i wiadomość zawiera sygnaturę I C 12/24 lub I C 13/24,"
        " przypisz wiadomość do sprawy z jej sygnaturą (jeśli taka jest dokładnie jedna)"
        " i udostępnij ją zespołowi sprawy K 7/26 Kowalski p. Nowak (JD; także każdemu, kto dołączy później).",
        "Czynność", "Za chwilę się zacznie", "Próba: pasują 2 wiadomości", "Zastosuj do 2 wiadomości", "Zastosowano do 2 wiadomości",
        "Cofnij całe zastosowanie", "Trwa cofanie", "Cofnięte", "Wyłącz",
    ),
    "en": Words(
        "A rule like this", "1 message matches.", "2 messages match.", "2 messages would become visible to 1 person: Jan Drugi",
        "Tick that others shall see this mail.", "Save and try on older mail",
        "When the sender is biuro@sad.gov.pl and the message bears the reference I C 12/24 or I C 13/24,"
        " file the message to the case whose reference is found (where it is just one)"
        " and share it with the team of the case K 7/26 Kowalski p. Nowak (JD; and whoever joins it later).",
        "Something more", "Begins in a moment", "Tried: 2 messages match", "Apply to 2 messages", "Applied to 2 messages",
        "Take all of it back", "Being taken back", "Taken back", "Switch off",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class House:
    anna: User
    case: Case
    folder: Folder
    letter: Message


def make_house(language: str) -> House:
    anna, jan = two_people(language)
    folder = make_folder(make_account(anna, f"{uuid4().hex}@poczta.example"))
    case = add_case(anna, Card("K 7/26", "Kowalski p. Nowak", references=("I C 12/24", "I C 13/24")))
    with as_user(anna.pk):
        CaseMember.objects.create(case=case, user=jan, office_id=case.office_id)
    letter = receive(folder, "pozew", "Pozew w sprawie I C 12/24")
    receive(folder, "drugi", "Wezwanie w sprawie I C 13/24")
    return House(anna, case, folder, letter)


@pytest.fixture(params=["pl", "en"])
def house(request: pytest.FixtureRequest, office: Office) -> House:
    return make_house(request.param)


@pytest.fixture
def page(browser: Browser, office: Office, house: House) -> Iterator[Page]:
    yield from at_the_keyboard(browser, office, house.anna)


def work(house: House) -> None:
    """What the worker does."""
    with as_user(house.anna.pk):
        run = RuleRun.objects.latest("pk")
    while rule_runs.step(run.pk, house.anna.pk):
        pass


def press(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name, exact=True)
    go_to(page, button)
    page.keyboard.press("Enter")


def test_a_rule_from_a_message_to_all_of_it_taken_back_without_a_mouse(page: Page, house: House) -> None:
    words = WORDS[house.anna.language]
    page.goto(f"/messages/{house.letter.public_id}/")
    go_to(page, page.get_by_role("link", name=words.like))
    page.keyboard.press("Enter")
    expect(page.locator("#rule-told")).to_contain_text(words.matches)
    page.wait_for_load_state()  # its script listens
    go_to(page, page.locator('[name="value-r.1"]'))
    page.keyboard.press("End")
    page.keyboard.type(", I C 13/24")
    expect(page.locator("#rule-told")).to_contain_text(words.fewer)
    looked_at(page, ("light", 1280), ("dark", 360))
    share(page, words)
    expect(page.locator("#rule-sentence")).to_have_text(words.sentence)
    looked_at(page, ("dark", 1280), ("light", 360))
    agree_and_save(page, words)
    try_and_apply(page, house, words)


def share(page: Page, words: Words) -> None:
    """The new line has the keyboard, and keeps it while the server makes the form anew."""
    press(page, words.more)
    what = page.locator('[name="do-1"]')
    expect(what).to_be_focused()
    what.select_option("share_team")
    expect(page.locator('[name="what-1"]')).to_be_visible()
    expect(what).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator('[name="what-1"]')).to_be_focused()
    page.keyboard.type("K 7/26")
    expect(page.locator(".widens")).to_contain_text(words.widens)


def agree_and_save(page: Page, words: Words) -> None:
    """Not before that is ticked."""
    press(page, words.save)
    expect(page.locator("#rule-wrong")).to_contain_text(words.tick)
    expect(page.locator("#rule-wrong")).to_be_focused()
    check(page)
    go_to(page, page.locator('[name="agreed"]'))
    page.keyboard.press("Space")
    page.keyboard.press("Shift+Tab")  # back over the links to Cancel
    button = page.get_by_role("button", name=words.save)
    for _ in range(8):
        if button.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#runs")).to_contain_text(words.begins)


def try_and_apply(page: Page, house: House, words: Words) -> None:
    """What the worker does is seen without asking again."""
    work(house)
    expect(page.locator("#runs")).to_contain_text(words.tried)
    looked_at(page, ("light", 360), ("dark", 1280))
    press(page, words.apply)
    expect(page.locator("#runs")).to_contain_text(words.begins)
    work(house)
    expect(page.locator("#runs")).to_contain_text(words.applied)
    expect(page.locator("#log")).to_contain_text("Wezwanie w sprawie")
    press(page, words.undo)
    expect(page.locator("#runs")).to_contain_text(words.undoing)
    work(house)
    expect(page.locator("#runs").get_by_text(words.undone, exact=True)).to_be_visible()


@pytest.mark.parametrize("house", ["pl"], indirect=True)
def test_rules_are_put_in_order_by_keys(page: Page, house: House) -> None:
    for name in ("Pierwsza", "Druga", "Trzecia"):
        make_rule(house.anna, {"do": "star"}, when=COURT, name=name)
    page.goto("/rules/")
    looked_at(page, ("light", 1280), ("dark", 360))
    go_to(page, page.get_by_role("link", name="Trzecia", exact=True))
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".rule h2 a")).to_have_text(["Pierwsza", "Trzecia", "Druga"])
    expect(page.get_by_role("link", name="Trzecia", exact=True)).to_be_focused()
    page.wait_for_load_state()  # its script listens
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".rule h2 a")).to_have_text(["Trzecia", "Pierwsza", "Druga"])
    with as_user(house.anna.pk):
        assert list(Rule.objects.filter(owner=house.anna).order_by("position").values_list("name", flat=True)) == [
            "Trzecia", "Pierwsza", "Druga",
        ]  # fmt: skip


@pytest.mark.parametrize("house", ["en"], indirect=True)
def test_not_this_one_and_groups_keep_the_keyboard_where_it_is(page: Page, house: House) -> None:
    words = WORDS[house.anna.language]
    page.goto(f"/rules/add/?case={house.case.public_id}")
    expect(page.locator("#rule-told")).to_contain_text(words.fewer)
    button = page.locator('.preview [name="edit"]').first
    go_to(page, button)
    page.keyboard.press("Enter")
    expect(page.locator("#rule-told")).to_contain_text(words.matches)
    expect(page.locator(".passed-over li")).to_have_count(1)
    page.keyboard.press("Shift+Tab")
    page.goto("/rules/add/")
    go_to(page, page.locator('[value="group:r"]'))
    page.keyboard.press("Enter")
    expect(page.locator('[name="field-r.1.0"]')).to_be_focused()
    check(page)
    page.goto(f"/cases/{house.case.public_id}/rules/")
    check(page)
    page.goto("/rules/")
    looked_at(page, ("light", 360), ("dark", 1280))


@pytest.mark.parametrize("house", ["pl"], indirect=True)
def test_a_condition_takes_another_value_and_the_keyboard_stands_in_it(page: Page, house: House) -> None:
    page.goto("/rules/add/")
    page.locator('[name="field-r.0"]').select_option("attachment_type")
    page.locator('select[name="value-r.0"]').select_option("pdf")
    go_to(page, page.locator('[value="more:r.0"]'))
    page.keyboard.press("Enter")
    expect(page.locator('[name="value-r.0"]').nth(1)).to_be_focused()
    page.locator('[name="value-r.0"]').nth(1).select_option("sheet")
    expect(page.locator("#rule-sentence")).to_contain_text("plik PDF lub arkusz")
    looked_at(page, ("light", 360), ("dark", 1280))
    page.locator('[value="more:r.0"]').click(trial=True)  # nothing lies above it


@pytest.mark.parametrize("house", ["pl"], indirect=True)
def test_what_is_written_while_a_line_is_added_stays_and_a_second_press_adds_none(page: Page, house: House) -> None:
    page.clock.install()
    page.goto("/rules/add/")
    held = Held(page, "**/rules/add/?in=form")
    field = page.locator('[name="value-r.0"]')
    go_to(page, page.locator('[value="add:r"]'))
    page.keyboard.press("Enter")
    held.asked()
    page.keyboard.press("Enter")
    field.focus()
    page.keyboard.type("biuro@sad.gov.pl")
    page.keyboard.press("ArrowLeft")
    page.clock.run_for(1_000)  # what is written would be asked about now
    held.let_go(0)
    held.let_go(1)
    expect(page.locator('[name="value-r.1"]')).to_have_count(1)
    expect(page.locator('[name="value-r.2"]')).to_have_count(0)
    expect(field).to_be_focused()
    page.keyboard.type("x")
    expect(field).to_have_value("biuro@sad.gov.pxl")
    assert len(held.asked()) == 2


@pytest.mark.parametrize("house", ["pl"], indirect=True)
def test_a_late_answer_does_not_tick_again_that_others_shall_see_mail(page: Page, house: House) -> None:
    rule = make_rule(house.anna, {"do": "share", "team": str(house.case.public_id)}, when=COURT, name="Zespół")
    page.goto(f"/rules/{rule.public_id}/edit/")
    tick = page.locator('[name="agreed"]')
    expect(tick).to_be_checked()
    held = Held(page, "**/rules/told/**")
    go_to(page, page.locator('[name="value-r.0"]'))
    page.keyboard.press("End")
    page.keyboard.type(" ")
    held.asked()
    go_to(page, tick)
    page.keyboard.press("Space")
    page.locator("#rule-told").evaluate("told => { told.firstElementChild.dataset.before = '' }")
    held.let_go()
    expect(page.locator("#rule-told > [data-before]")).to_have_count(0)
    expect(tick).not_to_be_checked()
    expect(tick).to_be_focused()


@pytest.mark.parametrize("house", ["pl"], indirect=True)
def test_a_tick_taken_away_stays_away_when_the_form_is_made_anew(page: Page, house: House) -> None:
    rule = make_rule(house.anna, {"do": "share", "team": str(house.case.public_id)}, when=COURT, name="Zespół")
    page.goto(f"/rules/{rule.public_id}/edit/")
    tick, asked = page.locator('[name="agreed"]'), "2 wiadomości staną się widoczne dla 1 osoby: Jan Drugi"
    expect(page.locator(".widens")).to_contain_text(asked)
    expect(tick).to_be_checked()
    go_to(page, tick)
    page.keyboard.press("Space")
    go_to(page, page.locator('.preview [name="edit"]').first)
    page.keyboard.press("Enter")
    expect(page.locator(".widens")).to_contain_text("1 wiadomość stanie się widoczna dla 1 osoby: Jan Drugi")
    expect(tick).not_to_be_checked()
    tick.press("Space")
    expect(tick).to_be_checked()
    page.locator('.passed-over [name="edit"]').press("Enter")
    expect(page.locator(".widens")).to_contain_text(asked)
    expect(tick).not_to_be_checked()


def nested(depth: int) -> dict[str, Any]:
    """A group in a group, and eleven conditions in each."""
    inner: list[dict[str, Any]] = [] if depth == 1 else [nested(depth - 1)]
    long = {
        "field": "words",
        "op": "exact",
        "value": ["Z" * 200, "wezwanie do zapłaty", *(f"słowo{n}" for n in range(40))],
    }
    return {"none" if depth % 2 else "any": [long, *[COURT] * 10, *inner]}


@pytest.mark.parametrize("house", ["pl"], indirect=True)
def test_the_largest_rule_is_no_wider_than_a_telephone(page: Page, house: House) -> None:
    then: list[dict[str, Any]] = [
        {"do": "file", "case": "found"},
        {"do": "task", "title": "T" * 200, "days": 7},
        {"do": "stop"},
    ]
    rule = make_rule(house.anna, *then, when=nested(4), name="Ź" * 200)
    for path in (f"/rules/{rule.public_id}/edit/", f"/rules/{rule.public_id}/", "/rules/"):
        page.goto(path)
        looked_at(page, ("light", 360), ("dark", 1280))
