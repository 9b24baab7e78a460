"""The page of how this Teczka is doing, and a restored office's word, by keyboard, in both languages and all looks."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from teczka.core.people import Role
from teczka.store.models import BackupRun, User
from teczka.store.models import Office as OfficeRow
from tests.browser.conftest import Office
from tests.browser.test_accessibility import everywhere, press

WORDS = {
    "pl": ("Pozwól kontom znów się łączyć", "Konta znów się łączą."),
    "en": ("Let the accounts connect again", "The accounts connect again."),
}


@pytest.fixture(params=["pl", "en"])
def keeper(browser: Browser, office: Office, request: pytest.FixtureRequest) -> Iterator[tuple[Page, str]]:
    """An administrator of an office that was restored; another one than the tests share."""
    mine = OfficeRow.objects.create(name="Kancelaria Odtworzona", restored_at=timezone.now() - timedelta(hours=5))
    address, role = f"klucznik-{request.param}@odtworzona.example", Role.ADMINISTRATOR
    person = User.objects.create_user(address, office=mine, name="Klucznik", language=request.param, role=role)
    context = browser.new_context(base_url=office.site.url, locale=f"{request.param}-PL")
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(person), "url": office.site.url}]
    )
    yield context.new_page(), request.param
    context.close()


def test_a_restored_office_is_let_connect_by_keyboard(keeper: tuple[Page, str]) -> None:
    page, language = keeper
    button, said = WORDS[language]
    run = BackupRun.objects.create(
        target="s3://kancelaria-kopie/teczka",
        ended_at=timezone.now(),
        trouble="backup.place",
        told={"target": "s3://kancelaria-kopie/teczka"},
    )
    try:
        page.goto("/office/health/")
        everywhere(page)
        press(page, page.get_by_role("button", name=button))
        expect(page.get_by_role("status").filter(has_text=said)).to_be_visible()
        expect(page.get_by_role("button", name=button)).to_have_count(0)
        everywhere(page)
    finally:
        run.delete()
