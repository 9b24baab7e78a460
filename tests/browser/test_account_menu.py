"""The menu of an account, by every way there is (WAI-ARIA's menu pattern), and the list that stays fresh beside it."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Locator, Page, expect

from teczka.actions.accounts import accounts_of
from teczka.actions.rest import pause_account
from teczka.store.models import User
from tests.browser.conftest import PATIENCE, Office
from tests.browser.held import Held
from tests.browser.test_pages import check
from tests.cast import make_account

ITEMS = [
    "Edytuj konto",
    "Sprawdź",
    "Pobierz pocztę teraz",
    "Wstrzymaj pobieranie",
    "Połącz ponownie",
    "Eksportuj pocztę",
    "Usuń konto…",
]


@pytest.fixture(scope="module")
def person(office: Office) -> User:
    made = User.objects.create_user("menu@lipowa.example", office=office.cast.office, name="Menu Lipowska")
    make_account(made, "pierwsze@lipowa.example", provider_name="Pierwsze", state="working")
    make_account(made, "drugie@lipowa.example", provider_name="Drugie", state="working")
    make_account(made, "trzymane@lipowa.example", provider_name="Trzymane", state="working")
    return made


@pytest.fixture
def listed(browser: Browser, office: Office, person: User) -> Iterator[Page]:
    context = browser.new_context(base_url=office.site.url, locale="pl-PL", has_touch=True)
    context.set_default_timeout(PATIENCE)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(person), "url": office.site.url}
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto("/accounts/")
    expect(menu_button(page)).to_have_attribute("aria-expanded", "false")  # the script has begun
    yield page
    context.close()


def menu_button(page: Page, name: str = "Pierwsze") -> Locator:
    return page.get_by_role("button", name=f"Menu konta {name}")


def open_menu(page: Page) -> Locator:
    menu_button(page).click()
    return page.get_by_role("menu", name="Pierwsze")


def item(page: Page, name: str) -> Locator:
    return page.get_by_role("menuitem", name=name, exact=True)


def test_its_button_opens_it_and_escape_gives_the_focus_back(listed: Page) -> None:
    menu = open_menu(listed)
    expect(menu.get_by_role("menuitem")).to_have_text(ITEMS)
    expect(item(listed, ITEMS[0])).to_be_focused()
    expect(menu_button(listed)).to_have_attribute("aria-expanded", "true")
    check(listed)
    listed.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(menu_button(listed)).to_be_focused()


def test_arrows_home_end_and_letters_lead_through_it(listed: Page) -> None:
    open_menu(listed)
    for key, there in (
        ("ArrowDown", 1),
        ("ArrowUp", 0),
        ("ArrowUp", -1),
        ("ArrowDown", 0),
        ("End", -1),
        ("Home", 0),
        ("w", 3),
        ("p", 4),
    ):
        listed.keyboard.press(key)
        expect(item(listed, ITEMS[there])).to_be_focused()


@pytest.mark.parametrize("key", ["Shift+F10", "ContextMenu"])
def test_the_menu_key_opens_it_anywhere_in_the_account(listed: Page, key: str) -> None:
    listed.get_by_role("link", name="Usuń konto Pierwsze").focus()
    listed.keyboard.press(key)
    expect(item(listed, ITEMS[0])).to_be_focused()


def test_a_right_click_opens_it_and_a_click_elsewhere_closes_it(listed: Page) -> None:
    listed.get_by_role("heading", name="Pierwsze").click(button="right")
    expect(item(listed, ITEMS[0])).to_be_focused()
    listed.get_by_role("heading", name="Konta zewnętrzne").click()
    expect(listed.get_by_role("menu", name="Pierwsze")).to_be_hidden()


def test_on_a_link_the_browsers_own_menu_stays(listed: Page) -> None:
    listed.get_by_role("link", name="Edytuj konto Pierwsze").click(button="right")
    expect(listed.get_by_role("menu", name="Pierwsze")).to_be_hidden()


def test_a_long_press_opens_it(listed: Page) -> None:
    box = listed.get_by_role("heading", name="Pierwsze").bounding_box()
    assert box
    touch = listed.context.new_cdp_session(listed)
    where = [{"x": box["x"] + 5, "y": box["y"] + 5}]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": where})
    expect(item(listed, ITEMS[0])).to_be_focused()
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(listed.get_by_role("menu", name="Pierwsze")).to_be_visible()


def test_the_list_stays_under_a_finger(listed: Page, person: User) -> None:
    """It was replaced by its fresher self in the middle of a long press, and no menu came."""
    name = listed.get_by_role("heading", name="Trzymane")
    name.dispatch_event("pointerdown", {"pointerType": "touch", "buttons": 1})
    listed.evaluate("window.held = document.getElementById('lines')")
    account = next(account for account in accounts_of(person) if account.provider_name == "Trzymane")
    with listed.expect_response("**/accounts/lines/"):
        pause_account(person, account.public_id)
    listed.evaluate("() => fetch('/accounts/lines/').then((answer) => answer.text())")  # read after it
    assert listed.evaluate("window.held.isConnected")
    name.dispatch_event("pointerup", {"pointerType": "touch"})
    listed.keyboard.press("Escape")  # the menu of the long press
    expect(listed.locator("li.account", has_text="Trzymane")).to_contain_text("Wstrzymane")


def test_the_list_follows_what_happens_and_keeps_the_focus(listed: Page, person: User) -> None:
    listed.evaluate("window.sameAsEver = true")
    menu_button(listed, "Drugie").focus()
    account = next(account for account in accounts_of(person) if account.provider_name == "Drugie")
    pause_account(person, account.public_id)
    expect(listed.locator("li.account", has_text="Drugie")).to_contain_text("Wstrzymane")
    expect(menu_button(listed, "Drugie")).to_be_focused()
    assert listed.evaluate("window.sameAsEver")


def test_a_list_that_was_not_answered_is_fresh_at_the_next_event(page: Page, office: Office) -> None:
    account = make_account(office.cast.anna, "trzecie@lipowa.example", provider_name="Trzecie", state="working")
    page.route("**/accounts/lines/", lambda route: route.fulfill(status=503), times=1)
    with page.expect_response("**/accounts/lines/"):  # once the stream has begun
        page.goto("/accounts/")
    pause_account(office.cast.anna, account.public_id)
    expect(page.locator("li.account", has_text="Trzecie")).to_contain_text("Wstrzymane")


def test_a_menu_that_was_opened_before_the_script_came_stays_open(listed: Page) -> None:
    script = Held(listed, "**/build/accounts*.js")
    Held(listed, "**/accounts/lines/")  # a fresh list would bring a fresh menu
    listed.goto("/accounts/", wait_until="commit")
    menu = open_menu(listed)
    expect(menu).to_be_visible()
    script.let_go()
    expect(menu_button(listed)).to_have_attribute("aria-expanded", "true")
    expect(menu).to_be_visible()
    listed.keyboard.press("Escape")
    expect(menu_button(listed)).to_have_attribute("aria-expanded", "false")
    expect(listed.locator("#lines [role=menu][aria-label=Pierwsze]")).to_have_attribute(
        "popover", "manual"
    )  # as every other


def test_the_tree_has_the_same_menu_over_an_account_s_line_by_every_way(listed: Page) -> None:
    line = listed.locator("#tree summary", has_text="Pierwsze")
    menu = listed.get_by_role("menu", name="Pierwsze")
    line.click(button="right")
    assert [each.strip() for each in menu.get_by_role("menuitem").all_inner_texts()] == ITEMS
    expect(item(listed, ITEMS[0])).to_be_focused()
    listed.keyboard.press("Escape")
    expect(line).to_be_focused()
    listed.keyboard.press("Shift+F10")
    expect(menu).to_be_visible()
    listed.keyboard.press("Escape")
    listed.get_by_role("link", name="Menu konta Pierwsze").click()
    item(listed, "Usuń konto…").click()
    expect(listed.get_by_role("heading", name="Usuń konto")).to_be_visible()
    listed.locator("#tree summary", has_text="Drugie").click(button="right")
    item(listed, "Edytuj konto").click()
    expect(listed.locator("[name=provider_name]")).to_have_value("Drugie")
    listed.locator("#tree summary", has_text="Pierwsze").click(button="right")
    item(listed, "Wstrzymaj pobieranie").click()
    expect(listed.locator("li.account", has_text="pierwsze@lipowa.example")).to_contain_text("Wstrzymane")
