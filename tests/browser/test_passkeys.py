"""Passkeys, the whole way by keyboard alone, with Chromium's own virtual device: added, signed in by at the door and after the password,
offered in the field of the address, and removed."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from playwright.sync_api import Browser, CDPSession, Page, expect

from teczka.core.second_factor import code_of, step_of
from teczka.store.models import User
from teczka.store.queries.passkeys import passkeys
from tests.browser.conftest import Office
from tests.browser.keyboard import at_the_keyboard, give_password, looked_at, two_people
from tests.browser.test_accessibility import go_to

PASSWORD = "sosna pod lasem stoi"
DEVICE: dict[str, Any] = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
WORDS = {
    "pl": ("Nic się nie stało", "To urządzenie ma już", "nie loguje"),
    "en": ("Nothing happened", "This device has a passkey", "does not sign you in"),
}


@pytest.fixture(params=["pl", "en"])
def person(request: pytest.FixtureRequest, office: Office) -> Iterator[User]:
    anna, _ = two_people(request.param)
    give_password(anna, PASSWORD)
    yield anna
    cache.clear()


@pytest.fixture
def page(browser: Browser, office: Office, person: User) -> Iterator[Page]:
    for made in at_the_keyboard(browser, office, person):
        made.context.set_extra_http_headers({"Accept-Language": person.language})
        yield made


@pytest.fixture
def named(page: Page, office: Office) -> str:
    """The site at a name: there are no passkeys at a bare address."""
    (cookie,) = page.context.cookies()
    where = f"http://localhost:{office.site.port}"
    page.context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": where}])
    return where


@pytest.fixture
def device(page: Page) -> tuple[CDPSession, str]:
    told = page.context.new_cdp_session(page)
    told.send("WebAuthn.enable")
    made = told.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return told, made["authenticatorId"]


def said(page: Page) -> Any:
    return page.locator("[data-passkey-says]")


def ready(device: tuple[CDPSession, str], *, ready: bool) -> None:
    """Whether its person says yes; else the browser waits until it is told otherwise."""
    told, which = device
    told.send("WebAuthn.setUserVerified", {"authenticatorId": which, "isUserVerified": ready})


def press(page: Page, selector: str) -> None:
    go_to(page, page.locator(selector))
    page.keyboard.press("Enter")


def add(page: Page, named: str) -> None:
    page.goto(f"{named}/settings/security/")
    press(page, "a[href$='/passkeys/add/']")
    go_to(page, page.locator("#id_current"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/make/")


def know(page: Page) -> None:
    """They are told of what was changed until they say so."""
    press(page, ".notice form button")
    expect(page.locator(".notice form")).to_have_count(0)


def sign_out(page: Page, named: str) -> None:
    page.context.clear_cookies(
        name=settings.SESSION_COOKIE_NAME
    )  # that its owner knows of a change stays in the browser
    page.goto(f"{named}/sign-in/?next=/tasks/")


def without_offer(page: Page) -> None:
    """The browser's own offer would be taken by the virtual device at once."""
    page.context.add_init_script("delete PublicKeyCredential.isConditionalMediationAvailable")


def test_the_whole_way(page: Page, person: User, named: str, device: tuple[CDPSession, str]) -> None:
    nothing, taken, wrong = WORDS[person.language]
    without_offer(page)
    page.goto(f"{named}/settings/security/")
    looked_at(page, ("light", 360), ("dark", 1440))
    add(page, named)
    expect(page.locator("#id_name")).to_be_focused()
    looked_at(page, ("dark", 360), ("light", 1440))
    ready(device, ready=False)
    page.keyboard.press("Enter")
    expect(said(page)).to_contain_text(nothing)
    looked_at(page, ("light", 360))
    ready(device, ready=True)
    go_to(page, page.locator("#id_name"))
    page.keyboard.press("Control+a")
    page.keyboard.type("Komputer w pracy")
    page.keyboard.press("Enter")
    page.wait_for_url("**/security/")
    expect(page.locator(".passkeys")).to_contain_text("Komputer w pracy")
    looked_at(page, ("light", 360), ("dark", 1440))
    know(page)

    add(page, named)
    page.keyboard.press("Enter")
    expect(said(page)).to_contain_text(taken)

    sign_out(page, named)
    expect(page.locator(".or")).to_be_visible()
    looked_at(page, ("light", 360), ("dark", 1440))
    ready(device, ready=False)
    press(page, "form[data-passkey] button")
    expect(said(page)).to_contain_text(nothing)
    looked_at(page, ("dark", 360))
    ready(device, ready=True)
    press(page, "form[data-passkey] button")
    page.wait_for_url(f"{named}/tasks/")

    page.goto(f"{named}/settings/security/")
    press(page, ".passkeys a[href$='/remove/']")
    looked_at(page, ("light", 360))
    go_to(page, page.locator("#id_current"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/security/")
    assert passkeys(person) == []
    sign_out(page, named)
    press(page, "form[data-passkey] button")
    expect(page.locator(".notice.bad[role=alert]").first).to_contain_text(wrong)
    looked_at(page, ("light", 360))


def test_after_the_password(page: Page, person: User, named: str, device: tuple[CDPSession, str]) -> None:
    without_offer(page)
    add(page, named)
    page.keyboard.press("Enter")
    page.wait_for_url("**/security/")
    know(page)
    press(page, "a[href$='/second-factor/']")
    secret = page.locator("code.code").inner_text().replace(" ", "")
    go_to(page, page.locator("#id_code"))
    page.keyboard.type(code_of(secret, step_of(time.time())))
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#codes").wait_for()
    sign_out(page, named)
    page.keyboard.type(person.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code/")
    expect(page.locator("#id_code")).to_be_focused()
    looked_at(page, ("light", 360), ("dark", 1440))
    press(page, "form[data-passkey] button")
    page.wait_for_url(f"{named}/tasks/")


def test_the_browser_offers_it_by_itself(page: Page, person: User, named: str, device: tuple[CDPSession, str]) -> None:
    add(page, named)
    page.keyboard.press("Enter")
    page.wait_for_url("**/security/")
    sign_out(page, named)
    page.wait_for_url("**/security/")  # they are told of the new one first


def test_at_a_bare_address_there_is_no_button_and_the_page_says_why(page: Page, office: Office, person: User) -> None:
    page.goto("/settings/security/")
    expect(page.locator("#passkeys ~ .help").last).to_contain_text(office.site.url)
    assert page.locator("a[href$='/passkeys/add/']").count() == 0
    page.context.clear_cookies()
    page.goto("/sign-in/")
    assert page.locator("form[data-passkey]").count() == 0


def test_in_a_browser_without_passkeys_nothing_is_offered(page: Page, named: str) -> None:
    page.context.add_init_script("delete window.PublicKeyCredential")
    page.goto(f"{named}/settings/security/")
    expect(page.locator("[data-passkey-not]")).to_be_visible()
    expect(page.locator("a[href$='/passkeys/add/']")).to_be_hidden()
    sign_out(page, named)
    expect(page.locator("form[data-passkey]")).to_be_hidden()
    expect(page.locator(".or")).to_be_hidden()
