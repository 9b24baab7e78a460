"""Help can be read by everybody, inside and at the door, on a telephone too."""

from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PATIENCE, Office
from tests.browser.test_pages import check


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_help_is_found_at_the_door(
    browser: Browser, office: Office, scheme: Literal["light", "dark"], width: int
) -> None:
    size = {"width": width, "height": 800}
    context = browser.new_context(viewport=size, base_url=office.site.url, locale="pl-PL", color_scheme=scheme)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_role("link", name="Pomoc").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pierwsze kroki")
    contents = page.get_by_role("navigation", name="Spis treści")
    contents.get_by_role("link", name="Logowanie i bezpieczeństwo").click()
    expect(page.get_by_text("Zgubiony telefon")).to_be_visible()
    check(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    contents.get_by_role("link", name="Wyszukiwanie").click()
    expect(page.get_by_text("etykieta:", exact=True)).to_be_visible()
    check(page)
    context.close()
