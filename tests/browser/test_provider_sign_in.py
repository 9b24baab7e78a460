"""Signing in to Teczka with Microsoft, the whole way in a real browser: connected, come in by, refused, disconnected. In both languages."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from teczka.store.models import User
from tests.browser.conftest import NETWORK, PATIENCE, WIDE, Office
from tests.browser.keyboard import give_password, looked_at
from tests.browser.test_oauth import abroad, internet, mail_server, office, provider, token_servers
from tests.oauth.fixtures import set_up
from tests.oauth.provider import Provider

__all__ = ["abroad", "internet", "mail_server", "office", "provider", "token_servers"]

PASSWORD = "sosna pod lasem stoi"
HERS, ANOTHER = "a.lipowska@m365.example", "ktos@m365.example"
WORDS = {
    "pl": ("Połącz z Microsoft", "Zaloguj się przez Microsoft", "loguje Cię od", "Nikt nie loguje się tu", "Odłącz"),
    "en": ("Connect Microsoft", "Sign in with Microsoft", "signs you in since", "Nobody here signs in", "Disconnect"),
}


@pytest.fixture(params=["pl", "en"])
def anna(request: pytest.FixtureRequest, office: Office, provider: Provider) -> Iterator[User]:
    """Whose office is the only one."""
    cast = office.cast
    cast.edward.delete()
    cast.other_office.delete()
    set_up(cast.dorota)
    for address in (HERS, ANOTHER):
        provider.add_person(address)
    cast.anna.language = request.param
    give_password(cast.anna, PASSWORD)
    yield cast.anna
    cache.clear()


@pytest.fixture
def page(abroad: Browser, office: Office, anna: User) -> Iterator[Page]:
    complaints: list[str] = []
    wide: Any = WIDE
    context = abroad.new_context(
        viewport=wide, base_url=office.site.url, locale=anna.language, ignore_https_errors=True
    )
    context.set_default_timeout(PATIENCE)
    made = context.new_page()
    made.on(
        "console", lambda said: complaints.extend([said.text] * (said.type == "error" and NETWORK not in said.text))
    )
    yield made
    context.close()
    assert not complaints


def as_whom(page: Page, address: str) -> None:
    expect(page.get_by_role("heading", name="Choose an account")).to_be_visible()
    page.get_by_role("link", name=f"Sign in as {address}").click()


def test_the_whole_way(page: Page, office: Office, anna: User) -> None:
    connect, sign_in, connected, unknown, disconnect = WORDS[anna.language]
    page.goto("/sign-in/")
    expect(page.get_by_role("button", name=sign_in)).to_have_count(0)
    page.locator("#id_login").fill(anna.email)
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    page.goto("/settings/security/")
    page.get_by_role("link", name=connect).click()
    looked_at(page, ("light", 360), ("dark", 1440))
    page.locator("#id_current").fill(PASSWORD)
    page.keyboard.press("Enter")
    as_whom(page, HERS)
    page.wait_for_url("**/settings/security/")
    expect(page.locator("main")).to_contain_text(f"{HERS} {connected}")
    looked_at(page, ("light", 360), ("dark", 1440))
    page.locator("form[action$='/noted/'] button").click()
    expect(page.locator("form[action$='/noted/']")).to_have_count(0)

    page.context.clear_cookies(name=re.compile(r"sessionid$"))  # what this browser knows of stays
    page.goto("/sign-in/?next=/tasks/")
    looked_at(page, ("light", 360), ("dark", 1440))
    page.get_by_role("button", name=sign_in).click()
    as_whom(page, ANOTHER)
    expect(page.locator(".notice[role=alert]")).to_contain_text(unknown)
    looked_at(page, ("dark", 360), ("light", 1440))
    page.get_by_role("button", name=sign_in).click()
    as_whom(page, HERS)
    page.wait_for_url("**/tasks/")

    page.goto("/settings/security/")
    page.get_by_role("button", name=disconnect).click()
    expect(page.get_by_role("link", name=connect)).to_be_visible()
    page.context.clear_cookies()
    page.goto("/oauth/microsoft/callback?state=x&code=x")
    looked_at(page, ("light", 360), ("dark", 1440))
    page.locator("a.primary").click()
    expect(page.locator("#id_password")).to_be_visible()
    expect(page.get_by_role("button", name=sign_in)).to_have_count(0)
