"""Another password, by keyboard alone: this browser stays signed in, all its windows, and the other leaves what it shows."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from teczka.store.models import User
from tests.browser.conftest import PATIENCE, Office
from tests.browser.keyboard import at_the_keyboard, give_password, looked_at, two_people
from tests.browser.test_accessibility import go_to

OLD, NEW = "sosna pod lasem stoi", "brzoza za domem rośnie"
WORDS = {
    "pl": ("zalogowana jest jeszcze 1 przeglądarka", "To nie jest Twoje obecne hasło.", "Hasło zostało zmienione."),
    "en": ("1 other browser is signed in", "This is not your current password.", "The password is changed."),
}


@pytest.fixture(params=["pl", "en"])
def person(request: pytest.FixtureRequest, office: Office) -> Iterator[User]:
    anna, _ = two_people(request.param)
    give_password(anna, OLD)
    yield anna
    cache.clear()


@pytest.fixture
def page(browser: Browser, office: Office, person: User) -> Iterator[Page]:
    yield from at_the_keyboard(browser, office, person)


@contextmanager
def elsewhere(browser: Browser, office: Office, person: User) -> Iterator[Page]:
    context = browser.new_context(base_url=office.site.url)
    context.set_default_timeout(PATIENCE)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(person), "url": office.site.url}]
    )
    yield context.new_page()
    context.close()


def change(page: Page, current: str) -> None:
    for field, text in (("#id_current", current), ("#id_password", NEW)):
        go_to(page, page.locator(field))
        page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_another_password_signs_the_other_browser_out(
    page: Page, browser: Browser, office: Office, person: User
) -> None:
    others, wrong, changed = WORDS[person.language]
    with elsewhere(browser, office, person) as there:
        beside = page.context.new_page()
        for one in (there, beside):
            one.goto("/tasks/")
        beside.evaluate("window.before = true")
        still = there.context.new_page()
        still.goto("/settings/")  # which has no news of its own
        page.goto("/settings/security/")
        expect(page.locator("main")).to_contain_text(others)
        looked_at(page, ("light", 360), ("dark", 1440))
        change(page, "nie to")
        expect(page.locator(".field-error")).to_have_text(wrong)
        expect(page.locator("#id_current")).to_be_focused()
        looked_at(page, ("dark", 360), ("light", 1440))
        go_to(page, page.locator("[data-reveal=id_current]"))
        page.keyboard.press("Enter")
        expect(page.locator("#id_current")).to_have_attribute("type", "text")
        page.reload()
        change(page, OLD)
        expect(page.get_by_role("status").first).to_contain_text(changed)
        looked_at(page, ("light", 1440))
        there.wait_for_url("**/sign-in/**")
        still.wait_for_url("**/sign-in/**")
        page.goto("/accounts/")
        expect(page).to_have_url(f"{office.site.url}/accounts/")
        beside.wait_for_function("() => !window.before")  # it has come anew by itself, with this browser's new session
        expect(beside).to_have_url(f"{office.site.url}/tasks/")
