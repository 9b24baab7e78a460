"""Letters whose page was left: nothing is lost, nothing is told that did not happen, and nothing stays in the browser of who signs out."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, expect

from teczka.actions.drafts import Beginning, begin_new
from teczka.store.models import Account, Folder, Outgoing
from teczka.store.viewer import as_user
from tests.browser.conftest import Office, intercept
from tests.browser.test_compose import SENDING, opened, saved, write
from tests.cast import make_account, make_folder

NOTHING_KEPT = "() => !Object.keys(localStorage).some((key) => key.startsWith('draft'))"
KEPT = "(words) => Object.values(localStorage).some((copy) => copy.includes(words))"
NEVER_CAME = "navigator.sendBeacon = () => true"


@pytest.fixture(scope="module")
def account(office: Office) -> Account:
    made = make_account(office.cast.anna, "wychodzi@lipowa.example", **SENDING)
    make_folder(made)
    return made


@pytest.fixture
def draft(office: Office, account: Account) -> Outgoing:
    return begin_new(office.cast.anna, account.public_id, Beginning(subject="Zostawiony list"))


def letters(office: Office, words: str) -> int:
    with as_user(office.cast.anna.pk):
        return Outgoing.objects.filter(html__contains=words).count()


def sign_out(page: Page) -> None:
    page.locator("[data-out] button").click()
    expect(page).to_have_url(re.compile("/sign-in/"))


@pytest.mark.parametrize("how", ["another page", "closed"])
def test_a_letter_that_was_left_and_opened_again_was_changed_in_no_other_window(
    context: BrowserContext, page: Page, office: Office, draft: Outgoing, how: str
) -> None:
    left = page if how == "another page" else context.new_page()
    opened(left, draft)
    write(left, "Zostawione od razu.")
    left.goto("/settings/") if how == "another page" else left.close(run_before_unload=True)
    saved(office.cast.anna, draft.public_id, "Zostawione od razu.")
    opened(page, draft)
    page.wait_for_function(NOTHING_KEPT)
    expect(page.locator("#editor")).to_contain_text("Zostawione od razu.")
    expect(page.locator(".t-stale")).to_have_count(0)


def test_a_letter_that_comes_back_from_the_browsers_memory_goes_on(page: Page, office: Office, draft: Outgoing) -> None:
    opened(page, draft)
    write(page, "Przed wyjściem. ")
    page.evaluate("() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    saved(office.cast.anna, draft.public_id, "Przed wyjściem.")
    page.evaluate("() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    write(page, "Po powrocie. ")
    saved(office.cast.anna, draft.public_id, "Po powrocie.")
    expect(page.locator(".t-stale")).to_have_count(0)
    page.wait_for_function(NOTHING_KEPT)


def test_a_letter_that_was_thrown_away_comes_back_as_it_stood(page: Page, office: Office, draft: Outgoing) -> None:
    """The browser posts it without what script alone holds: the text and the recipients were gone."""
    opened(page, draft)
    page.locator("#field-to").fill("Jan Kowal <jan@klient.example>,")
    expect(page.locator(".chip")).to_have_count(1)
    write(page, "Ważne słowa.")
    page.locator("button[value=discard]").click()
    page.locator("#undo").click()
    expect(page.locator("#editor")).to_contain_text("Ważne słowa.")
    expect(page.locator(".chip")).to_have_count(1)
    saved(office.cast.anna, draft.public_id, "Ważne słowa.")


def test_what_a_closing_page_sent_and_nobody_got_is_there_when_the_letter_is_opened_again(
    page: Page, office: Office, draft: Outgoing
) -> None:
    opened(page, draft)
    page.evaluate(NEVER_CAME)
    write(page, "Nie doszło.")
    page.reload()
    expect(page.locator(".t-restored")).to_be_visible()
    expect(page.locator("#editor")).to_contain_text("Nie doszło.")
    saved(office.cast.anna, draft.public_id, "Nie doszło.")


def test_what_a_closing_page_sent_and_nobody_got_the_next_page_hands_over(
    page: Page, office: Office, draft: Outgoing
) -> None:
    opened(page, draft)
    page.evaluate(NEVER_CAME)
    write(page, "Donosi następna strona.")
    page.goto("/settings/")
    saved(office.cast.anna, draft.public_id, "Donosi następna strona.")
    page.wait_for_function(NOTHING_KEPT)


def test_whoever_signs_out_leaves_no_letter_in_the_browser_and_loses_none(
    context: BrowserContext, page: Page, office: Office, account: Account, draft: Outgoing
) -> None:
    other = context.new_page()
    opened(other, draft)
    intercept(other, re.compile("/(save|keep)/"), lambda route: route.abort())
    write(other, "Z innego okna.")
    other.wait_for_function(KEPT, arg="Z innego okna.")
    with as_user(office.cast.anna.pk):
        folder = Folder.objects.get(account=account)
    page.goto(f"/folders/{folder.public_id}/")
    page.locator("#rows").focus()
    page.keyboard.press("c")
    editor = page.frame_locator("#dock iframe").locator("#editor")
    editor.press("Control+Home")
    page.evaluate("sessionStorage.setItem('a', 'b'); localStorage.setItem('a', 'b')")
    page.keyboard.type("Z doku.")
    sign_out(page)
    saved(office.cast.anna, draft.public_id, "Z innego okna.")
    assert letters(office, "Z doku.") == 1
    other.close(run_before_unload=True)
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_what_was_changed_elsewhere_meanwhile_is_a_second_draft_when_its_writer_signs_out(
    context: BrowserContext, page: Page, office: Office, draft: Outgoing
) -> None:
    opened(page, draft)
    other = context.new_page()
    opened(other, draft)
    write(other, "Z drugiego okna.")
    saved(office.cast.anna, draft.public_id, "Z drugiego okna.")
    write(page, "Wersja pierwsza.")
    expect(page.locator(".t-stale")).to_be_visible()
    page.goto("/settings/")
    sign_out(page)
    assert letters(office, "Wersja pierwsza.") == 1
    assert page.evaluate(NOTHING_KEPT)


def test_what_the_server_will_not_take_keeps_its_writer_from_signing_out_without_a_word(
    page: Page, office: Office, draft: Outgoing
) -> None:
    opened(page, draft)
    page.evaluate(NEVER_CAME)
    intercept(page, re.compile("/(save|keep)/"), lambda route: route.abort())
    write(page, "Nie do zapisania.")
    page.goto("/settings/")
    page.locator("[data-out] button").click()
    expect(page.locator("#editor")).to_contain_text("Nie do zapisania.")
    expect(page.locator("#saved")).to_contain_text("Nie zapisano")


def test_somebody_else_finds_nothing_of_who_did_not_sign_out(
    context: BrowserContext, page: Page, office: Office, draft: Outgoing
) -> None:
    opened(page, draft)
    page.evaluate("navigator.sendBeacon = () => false")
    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    write(page, "Tajemnica.")
    page.wait_for_function(KEPT, arg="Tajemnica.")
    bartek = {
        "name": settings.SESSION_COOKIE_NAME,
        "value": office.site.cookie(office.cast.bartek),
        "url": office.site.url,
    }
    context.add_cookies([bartek])
    page.goto("/settings/")
    page.wait_for_function(NOTHING_KEPT)
    assert letters(office, "Tajemnica.") == 0
