"""A rule tells its owner what it has to tell on whatever page they look at, and nobody else."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Route, expect

from teczka.actions.rules import apply, pause
from teczka.core.errors import Problem, Trouble
from teczka.store import events
from teczka.store.models import Rule
from teczka.store.viewer import as_user
from tests.browser.conftest import Office, intercept
from tests.browser.test_pages import check
from tests.browser.test_rules import House, make_house
from tests.processes import until
from tests.ruled import make_rule


@pytest.fixture
def house(office: Office) -> House:
    return make_house("pl")


@pytest.fixture
def pages(browser: Browser, office: Office, house: House) -> Iterator[list[Page]]:
    """Anna has her mail open in one window, and her tasks in another."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=office.site.url)
    value = office.site.cookie(house.anna)
    cookie: Any = {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": office.site.url}
    context.add_cookies([cookie])
    both = [context.new_page(), context.new_page()]
    for page, address in zip(both, (f"/folders/{house.folder.public_id}/", "/tasks/"), strict=True):
        page.goto(address)
    yield both
    context.close()


def heard(page: Page, house: House, rule: Rule) -> bool:
    """A window that has just been opened hears nothing yet."""
    with as_user(house.anna.pk):
        events.told([house.anna.public_id], [events.notice(rule.public_id)])
    page.wait_for_timeout(50)  # Playwright's own turn
    return page.locator("#notice .notice").count() > 0


def test_what_a_rule_has_to_tell_is_seen_on_every_page(pages: list[Page], house: House) -> None:
    rule = make_rule(house.anna, {"do": "notify"}, name="Ważne z sądu")
    with as_user(house.anna.pk):
        apply(house.anna, [rule], [house.letter.pk])
    for page in pages:
        until(lambda page=page: heard(page, house, rule), what="a window that listens")
        expect(page.locator("#notice")).to_contain_text("Reguła „Ważne z sądu”")
        expect(page.locator("#notice").get_by_role("link", name="Pozew w sprawie I C 12/24")).to_be_visible()
        check(page)
    with as_user(house.anna.pk):
        pause(rule, Problem(Trouble.RULE_FOLDER))
    for page in pages:
        expect(page.locator("#notice")).to_contain_text("Reguła sama się zatrzymała.")
        check(page)
    pages[1].get_by_role("button", name="Zamknij").click()
    expect(pages[1].locator("#notice .notice")).to_have_count(0)


def test_an_older_notice_does_not_stand_where_a_newer_one_stood(pages: list[Page], house: House) -> None:
    rule = make_rule(house.anna, {"do": "notify"}, name="Ważne z sądu")
    page = pages[1]
    told: list[Callable[[], None]] = []

    def hold(route: Route) -> None:
        answer = route.fetch()
        told.append(lambda: route.fulfill(response=answer))

    with as_user(house.anna.pk):
        apply(house.anna, [rule], [house.letter.pk])
    until(lambda: heard(page, house, rule), what="a window that listens")
    intercept(page, "**/notice/", hold, times=1)
    with as_user(house.anna.pk):
        events.told([house.anna.public_id], [events.notice(rule.public_id)])
    while not told:
        page.wait_for_timeout(20)  # Playwright's own turn
    with as_user(house.anna.pk):
        pause(rule, Problem(Trouble.RULE_FOLDER))
    expect(page.locator("#notice")).to_contain_text("Reguła sama się zatrzymała.")
    told[0]()
    for _ in range(2):  # what is asked after that, and takes as long
        page.evaluate(f"() => fetch('/rules/{rule.public_id}/notice/').then(answer => answer.text())")
    expect(page.locator("#notice")).to_contain_text("Reguła sama się zatrzymała.")
