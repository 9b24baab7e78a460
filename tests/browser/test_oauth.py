"""Signing in at the provider in a real browser: our policy, its cookies and redirects, and a page that goes on by itself."""

from collections.abc import Iterator
from typing import Literal

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from pytest_django.plugin import DjangoDbBlocker

from teczka.store.models import User
from tests.browser.conftest import NETWORK, PATIENCE, WIDE, Office
from tests.browser.test_pages import check
from tests.cast import make_account, make_cast
from tests.database import TestDatabase, own_copy
from tests.internet import Internet
from tests.oauth.fixtures import internet, mail_server, provider, set_up, token_servers
from tests.oauth.provider import CLIENT, NAMES, SECRET, TENANT, Provider
from tests.site import serving

__all__ = ["internet", "mail_server", "provider", "token_servers"]

ANNA, DOROTA = "anna@kancelaria-lipowa.example", "dorota@kancelaria-lipowa.example"


@pytest.fixture
def office(
    test_database: TestDatabase, django_db_blocker: DjangoDbBlocker, internet: Internet, provider: Provider
) -> Iterator[Office]:
    """Whose web process has the provider in Microsoft's place."""
    with own_copy(test_database, django_db_blocker) as environment:
        cast, environment = make_cast(), environment | internet.environment()
        with serving(environment, module="tests.internet") as site:
            provider.redirects.add(f"{site.url}/oauth/microsoft/callback")
            yield Office(site, cast, environment)
        connection.close()


@pytest.fixture
def abroad(browser: Browser, provider: Provider) -> Iterator[Browser]:
    """A browser that is led to the provider, too."""
    led = ",".join(f"MAP {name}:443 127.0.0.1:{provider.port}" for name in NAMES)
    rules = f"--host-resolver-rules={led},MAP * ~NOTFOUND,EXCLUDE 127.0.0.1,EXCLUDE localhost"
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", rules]
    launched = browser.browser_type.launch(executable_path="/usr/bin/chromium", args=arguments)
    yield launched
    launched.close()


def signed_in(browser: Browser, office: Office, user: User) -> BrowserContext:
    context = browser.new_context(viewport=WIDE, base_url=office.site.url, locale="pl-PL", ignore_https_errors=True)
    context.set_default_timeout(PATIENCE)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(user), "url": office.site.url}
    context.add_cookies([cookie])
    return context


def _note(said: ConsoleMessage, complaints: list[str]) -> None:
    if said.type == "error" and NETWORK not in said.text:
        complaints.append(said.text)


def test_an_administrator_enters_the_registration_and_tries_it(
    abroad: Browser, office: Office, provider: Provider
) -> None:
    provider.add_person(DOROTA)
    with signed_in(abroad, office, office.cast.dorota) as context:
        page: Page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: _note(said, complaints))
        page.goto("/office/oauth/microsoft/")
        for label, value in (
            ("Identyfikator klienta", CLIENT),
            ("Identyfikator katalogu (dzierżawy)", TENANT),
            ("Klucz tajny klienta", SECRET),
        ):
            page.get_by_label(label, exact=True).fill(value)
        page.get_by_role("button", name="Zapisz").click()
        page.get_by_role("button", name="Sprawdź").click()
        expect(page.get_by_role("heading", name="Choose an account")).to_be_visible()
        assert page.url.startswith(f"https://login.microsoftonline.com/{TENANT}/")
        page.get_by_role("link", name=f"Sign in as {DOROTA}").click()
        expect(page.locator(".notice[role=status]")).to_contain_text(f"Działa: zalogowano {DOROTA}")
        assert not complaints
        page.go_back()
        expect(page.get_by_role("heading", name="Choose an account")).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_every_page_of_it_is_for_everybody(
    abroad: Browser, office: Office, provider: Provider, scheme: Literal["light", "dark"], width: int
) -> None:
    """Axe-core on the way out, back as somebody else, and at the registration, full and wrong."""
    set_up(office.cast.dorota)
    provider.add_person(DOROTA)
    account = make_account(
        office.cast.dorota, ANNA, host="outlook.office365.com", auth="microsoft", provider="microsoft-365"
    )
    with signed_in(abroad, office, office.cast.dorota) as context:
        page = context.new_page()
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        for name in ("microsoft", "google"):
            page.goto(f"/office/oauth/{name}/")
            check(page)
        page.get_by_role("button", name="Zapisz").click()
        expect(page.locator(".field-error").first).to_be_visible()
        check(page)
        there = "https://login.microsoftonline.com/**"
        page.route(there, lambda route: route.fulfill(status=204))  # the page stays where it is
        page.goto(f"/accounts/{account.public_id}/sign-in/")
        page.get_by_role("button", name="Zaloguj się przez Microsoft").click()
        onward = page.get_by_role("link", name="Przejdź do Microsoft")
        expect(onward).to_be_visible()
        check(page)
        page.unroute(there)
        onward.click()
        page.get_by_role("link", name=f"Sign in as {DOROTA}").click()
        expect(page.get_by_role("button", name="To skrzynka współdzielona")).to_be_visible()
        check(page)
