"""The second step of signing in, the whole way by keyboard alone: turned on, asked for at the door, and required by the office."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from teczka.core.second_factor import code_of, step_of
from teczka.store.models import User
from tests.browser.conftest import Office
from tests.browser.keyboard import at_the_keyboard, give_password, looked_at, two_people
from tests.browser.test_accessibility import go_to

PASSWORD = "sosna pod lasem stoi"
WORDS = {
    "pl": ("Ten kod nie pasuje.", "teczka-kody-zapasowe.txt", "Ten kod jest błędny", "9 kodów zapasowych"),
    "en": ("This code does not fit.", "teczka-backup-codes.txt", "This code is wrong", "9 backup codes"),
}


@pytest.fixture(params=["pl", "en"])
def people(request: pytest.FixtureRequest, office: Office) -> Iterator[tuple[User, User]]:
    both = two_people(request.param)
    for one in both:
        give_password(one, PASSWORD)
    yield both
    cache.clear()


@pytest.fixture
def page(browser: Browser, office: Office, people: tuple[User, User]) -> Iterator[Page]:
    for made in at_the_keyboard(browser, office, people[0]):
        made.context.set_extra_http_headers({"Accept-Language": people[0].language})  # the door's is the browser's
        yield made


def type_code(page: Page, code: str, password: str = "") -> None:
    go_to(page, page.locator("#id_code"))
    page.keyboard.press("Control+a")
    page.keyboard.type(code)
    if password:
        page.keyboard.press("Tab")
        page.keyboard.type(password)
    page.keyboard.press("Enter")


def sign_in(page: Page, person: User) -> None:
    page.context.clear_cookies()
    page.goto("/sign-in/?next=/tasks/")
    expect(page.locator("#id_login")).to_be_focused()
    page.keyboard.type(person.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def by_app(page: Page, password: str = "") -> None:
    secret = page.locator("code.code").inner_text().replace(" ", "")
    type_code(page, code_of(secret, step_of(time.time())), password)


def test_the_whole_way(page: Page, office: Office, people: tuple[User, User]) -> None:
    anna, jan = people
    no_fit, file, wrong, left = WORDS[anna.language]
    page.goto("/settings/security/")
    go_to(page, page.locator("a[href$='/second-factor/']"))
    page.keyboard.press("Enter")
    expect(page.locator(".qr svg")).to_be_visible()
    looked_at(page, ("light", 360), ("dark", 1440))
    type_code(page, "000000", PASSWORD)
    expect(page.locator(".field-error")).to_contain_text(no_fit)
    expect(page.locator("#id_code")).to_be_focused()
    by_app(page, PASSWORD)
    codes = page.locator("#codes").input_value().split("\n")
    looked_at(page, ("dark", 360), ("light", 1440))
    with page.expect_download() as saved:
        go_to(page, page.locator("a.button[download]"))
        page.keyboard.press("Enter")
    assert saved.value.suggested_filename == file
    assert Path(saved.value.path()).read_text("utf-8").split("\n")[2:] == [*codes, ""]

    sign_in(page, anna)
    page.wait_for_url("**/sign-in/code/")
    expect(page.locator("#id_code")).to_be_focused()
    looked_at(page, ("light", 360), ("dark", 1440))
    type_code(page, "000000")
    expect(page.locator(".field-error")).to_contain_text(wrong)
    expect(page.locator("#id_code")).to_be_focused()
    type_code(page, codes[0])
    page.wait_for_url("**/tasks/")
    page.goto("/settings/security/")
    expect(page.locator("main")).to_contain_text(left)
    looked_at(page, ("light", 1440))

    type(anna.office).objects.filter(pk=anna.office.pk).update(requires_second_factor=True)
    sign_in(page, jan)
    page.wait_for_url("**/second-factor/")
    looked_at(page, ("dark", 360))
    page.goto("/accounts/")
    page.wait_for_url("**/second-factor/")
    by_app(page)
    go_to(page, page.locator("a.primary"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/security/")
