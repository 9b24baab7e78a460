"""What a row of the search has room for: the words that were found stand where they can be read."""

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page

from teczka.store.models import User
from tests.browser.conftest import Office
from tests.cast import make_account, make_folder
from tests.web.test_search_marks import posted

ENDS = "marks => marks.map(one => [one, one.closest('.in-file, .snippet')].map(each => each.getBoundingClientRect().right))"


@pytest.fixture(scope="module")
def owner(office: Office) -> User:
    """Of one letter with a file, in an account and a folder of long names."""
    made = User.objects.create_user("wiersze@lipowa.example", office=office.cast.office, name="Anna Wierszowa")
    account = make_account(made, "wiersze@lipowa.example", provider_name="Poczta z dawnych lat i spraw")
    posted(
        make_folder(account, "Zaimportowane sprawy"),
        "Dokumenty w sprawie",
        "Przesyłam dokumenty w załączeniu.",
        files={"Zestawienie kosztów_perliczka.pdf": "Jak wiadomo, żyje tu sobie gżegżółka i ma się dobrze."},
    )
    return made


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("query", ["gżegżółka", "plik:perliczka"])
def test_what_was_found_is_not_cut_off(
    context: BrowserContext, page: Page, office: Office, owner: User, width: int, query: str
) -> None:
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(owner), "url": office.site.url}]
    )
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(f"/search/?q={query}")
    [(mark, room)] = page.locator("#rows mark").evaluate_all(ENDS)
    assert mark <= room
    assert page.evaluate("document.documentElement.scrollWidth") <= width
