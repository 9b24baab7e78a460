"""Labels by keyboard alone, in both languages: put on from the list, seen in it and over the message, and taken back."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, expect

from teczka.store.models import Placement, User
from teczka.store.viewer import as_user
from tests.browser.conftest import Office
from tests.browser.held import Held
from tests.browser.keyboard import at_the_keyboard, looked_at, two_people
from tests.browser.test_accessibility import go_to
from tests.cast import make_account, make_folder
from tests.web.mailroom import store

LETTERS = [f"From: Jan <jan@klient.example>\r\nSubject: Pismo {n}\r\n\r\ntekst\r\n".encode() for n in range(3)]
WORDS = {"pl": ("Etykiety", "Ważne", "Reguła dla takich wiadomości"), "en": ("Labels", "Important", "A rule like this")}


@dataclass(frozen=True)
class House:
    anna: User
    folder: str

    def keywords(self) -> list[str]:
        with as_user(self.anna.pk):
            return sorted(word for one in Placement.objects.filter(owner_id=self.anna.pk) for word in one.keywords)


@pytest.fixture(params=["pl", "en"])
def house(request: pytest.FixtureRequest, office: Office) -> House:
    anna, _ = two_people(request.param)
    folder = make_folder(make_account(anna))
    for letter in LETTERS:
        store(folder, letter)
    return House(anna, f"/folders/{folder.public_id}/")


@pytest.fixture
def page(browser: Browser, office: Office, house: House) -> Iterator[Page]:
    yield from at_the_keyboard(browser, office, house.anna)


def test_labels_are_put_on_by_two_keys_and_taken_back_by_one(page: Page, house: House) -> None:
    title, important, _ = WORDS[house.anna.language]
    page.goto(house.folder)
    for key in ("j", "j", "x", "k", "x", "L"):
        page.keyboard.press(key)
    dialog = page.get_by_role("dialog", name=title)
    expect(dialog).to_be_visible()
    looked_at(page, ("light", 1280), ("dark", 360))
    go_to(page, dialog.get_by_role("checkbox", name=important))
    page.keyboard.press("Space")
    go_to(page, page.locator("#label-name"))
    page.keyboard.type("Do załatwienia")
    page.keyboard.press("Enter")
    expect(page.locator("#rows .label-chip")).to_have_count(4)
    expect(page.locator("#pane-head .label-chip")).to_have_count(2)
    assert house.keywords() == ["$label1", "$label1", "Do_za&AUI-atwienia", "Do_za&AUI-atwienia"]
    looked_at(page, ("dark", 1280), ("light", 360))
    page.keyboard.press("z")
    expect(page.locator("#rows .label-chip")).to_have_count(0)
    expect(page.locator("#pane-head .label-chip")).to_have_count(0)
    assert house.keywords() == []


def test_what_only_some_bear_is_left_as_it_is(page: Page, house: House) -> None:
    _, important, _ = WORDS[house.anna.language]
    page.goto(house.folder)
    for key in ("j", "L"):
        page.keyboard.press(key)
    go_to(page, page.locator("#label-name"))
    page.keyboard.type("Akta")
    page.keyboard.press("Enter")
    expect(page.locator("#rows .label-chip")).to_have_count(1)
    page.keyboard.type("*aL")  # at once: the first of them waits a second for the other
    box = page.get_by_role("checkbox", name="Akta")
    expect(box).to_have_js_property("indeterminate", True)
    go_to(page, page.get_by_role("checkbox", name=important))
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("#rows .label-chip")).to_have_count(4)
    assert house.keywords() == ["$label1"] * 3 + ["Akta"]


@pytest.mark.parametrize("house", ["pl"], indirect=True)
def test_the_list_of_labels_is_for_the_message_that_it_was_asked_for(page: Page, house: House) -> None:
    """Though another is chosen until it has come."""
    page.goto(house.folder)
    page.keyboard.press("j")
    dialogs = Held(page, "**/labels/?in=dialog&*", times=1)
    page.keyboard.press("L")
    dialogs.asked()
    page.keyboard.press("j")
    dialogs.let_go()
    expect(page.get_by_role("dialog", name=WORDS["pl"][0])).to_be_visible()
    go_to(page, page.locator("#label-name"))
    page.keyboard.type("Akta")
    page.keyboard.press("Enter")
    expect(page.locator('#rows [role="row"]').first.locator(".label-chip")).to_have_count(1)
    expect(page.locator("#rows .label-chip")).to_have_count(1)
    assert house.keywords() == ["Akta"]


@pytest.mark.parametrize("house", ["pl"], indirect=True)
def test_everything_is_what_was_listed_when_the_labels_were_asked_for(page: Page, house: House) -> None:
    """Though other mail is listed until they have come."""
    page.goto(house.folder)
    page.keyboard.type("*a")
    dialogs = Held(page, "**/labels/?in=dialog", times=1)
    page.locator('[data-action="mark-everything"]').dispatch_event("click")
    page.keyboard.press("L")
    dialogs.asked()
    page.keyboard.press("/")
    page.keyboard.type("pismo ")
    expect(page.locator("#mail")).to_have_attribute("data-role", "search")
    dialogs.let_go()
    go_to(page, page.locator("#label-name"))
    page.keyboard.type("Akta")
    with page.expect_request("**/labels/") as told:
        page.keyboard.press("Enter")
    assert parse_qs(told.value.post_data or "")["listing"] == [house.folder.split("/")[2]]
    assert parse_qs(told.value.post_data or "")["everything"] == ["1"]


@pytest.mark.parametrize("house", ["pl"], indirect=True)
@pytest.mark.parametrize("by", ["menu", "key"])
def test_a_rule_is_begun_from_the_chosen_message(page: Page, house: House, by: str) -> None:
    page.goto(house.folder)
    page.keyboard.press("j")
    page.keyboard.press("." if by == "menu" else "R")
    if by == "menu":
        page.keyboard.press("r")  # as its name begins
        expect(page.get_by_role("menuitem", name=WORDS["pl"][2])).to_be_focused()
        page.keyboard.press("Enter")
    expect(page.locator('[name="value-r.0"]')).to_have_value("jan@klient.example")


@pytest.mark.parametrize("house", ["pl"], indirect=True)
@pytest.mark.parametrize("width", [1280, 360])
def test_whatever_is_too_long_the_letter_itself_is_seen_and_all_of_it_can_be(
    page: Page, house: House, width: int
) -> None:
    words = "Wezwanie do wykonania " * 2_000
    folder = make_folder(make_account(house.anna, "druga@lipowa.example"))
    long = store(
        folder,
        f"From: {words}<{'a' * 2_000}@klient.example>\r\nTo: {words}<b@x.example>\r\nSubject: {words}\r\n\r\nTreść".encode(),
    )
    with as_user(house.anna.pk):
        Placement.objects.filter(message=long).update(keywords=[f"{n}{'akta_' * 9}" for n in range(2_000)])
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"/folders/{folder.public_id}/?m={long.public_id}")
    letter, head = page.locator("#frame"), page.locator("#pane-head")
    expect(letter).to_be_in_viewport()
    looked_at(page, ("dark", width))
    page.set_viewport_size({"width": width, "height": 800})
    head.locator(".whole summary").press("Enter")
    expect(letter).not_to_be_in_viewport()
    head.locator(".whole summary").press("Enter")
    expect(letter).to_be_in_viewport()
    head.locator("a.label-chip").press("Enter")
    expect(page.get_by_role("dialog").get_by_role("checkbox", checked=True)).to_have_count(2_000)
    page.keyboard.press("Escape")
    page.goto(f"/folders/{folder.public_id}/")
    subject = page.locator("#rows .words").bounding_box()
    assert subject
    assert subject["width"] > 100
