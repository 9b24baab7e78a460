"""A reference in a message leads to its case: in the same window, by a click or by keys, and back to where one was."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from teczka.actions.cases import add_case
from teczka.core.cases import Card
from teczka.store.models import Case
from tests.browser.conftest import Mail, MailFolder, Office
from tests.web.mailroom import store

HTML = b"Subject: Wezwanie, sygn. IV C 77/26\r\nContent-Type: text/html\r\n\r\n<p>W sprawie <b>IV C</b>&nbsp;77/26 oraz V C 1/26.</p>\r\n"
PLAIN = b"Subject: Odpis\r\n\r\nW sprawie IV C 77/26.\r\n"


@pytest.fixture(scope="module")
def case(office: Office) -> Case:
    return add_case(office.cast.anna, Card("", "Najem lokalu", references=("IV C 77/26",)))


@pytest.fixture(scope="module")
def letters(office: Office) -> MailFolder:
    made = office.folder("sygnatury", 0)
    for raw in (HTML, PLAIN):
        store(made.folder, raw)
    return made


def at_the_case(page: Page, case: Case) -> None:
    page.wait_for_url(f"**/cases/{case.public_id}/")
    expect(page.get_by_role("heading", name="Najem lokalu")).to_be_visible()


def test_a_click_on_a_reference_opens_its_case_in_this_window(
    context: BrowserContext, page: Page, open_folder: Callable[[MailFolder], Mail], letters: MailFolder, case: Case
) -> None:
    mail = open_folder(letters)
    for number, links in ((1, 1), (2, 2)):  # plain, HTML in two pieces
        mail.press(*["j"] * number)
        links_in_body = page.frame_locator("#frame").get_by_role("link").filter(has_text="77/26")
        expect(page.frame_locator("#frame").locator('a[href*="77/26"]')).to_have_count(links)
        links_in_body.first.click()
        at_the_case(page, case)
        page.go_back()
        page.locator('#rows [role="presentation"].spacer').first.wait_for(state="attached")
    assert len(context.pages) == 1


def test_a_reference_in_the_subject_is_reached_by_keys(
    page: Page, open_folder: Callable[[MailFolder], Mail], letters: MailFolder, case: Case
) -> None:
    open_folder(letters).press("j", "j")
    link = page.locator("#pane-head h1 a.reference")
    link.focus()
    link.press("Enter")
    at_the_case(page, case)


def test_a_reference_without_a_case_leads_to_its_messages_and_to_a_new_case(
    page: Page, open_folder: Callable[[MailFolder], Mail], letters: MailFolder
) -> None:
    open_folder(letters).press("j", "j")
    page.frame_locator("#frame").get_by_role("link", name="V C 1/26", exact=True).click()
    expect(page.get_by_role("heading", name="V C 1/26")).to_be_visible()
    expect(page.get_by_role("link", name="Wezwanie, sygn. IV C 77/26")).to_be_visible()
    page.get_by_role("link", name="Nowa sprawa z tą sygnaturą").press("Enter")
    expect(page.get_by_label("Sygnatury")).to_have_value("V C 1/26")


def test_where_a_page_stands_alone_a_reference_opens_beside_it(
    context: BrowserContext, page: Page, letters: MailFolder, case: Case
) -> None:
    """No script of ours is there to open it: as any link in mail it opens a window of its own."""
    page.goto(f"/folders/{letters.folder.public_id}/")
    message = page.locator('#rows [role="row"]').first.get_attribute("data-message")
    page.goto(f"/messages/{message}/")
    with context.expect_page() as opened:
        page.frame_locator(".body-frame").get_by_role("link").first.click()
    at_the_case(opened.value, case)
