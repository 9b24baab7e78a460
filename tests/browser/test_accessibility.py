"""The way from the first-run link to a message with no mouse at all, and at each stop: axe-core, light and dark, wide and narrow."""

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.test_pages import check
from tests.browser.test_whole_way import ENGLISH, OWN_PASSWORD, PERSON, POLISH, Words, fill, office, window
from tests.dovecot.fixtures import dovecot, mailbox
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.processes import Running

__all__ = ["dovecot", "mailbox"]
pytestmark = pytest.mark.dovecot

STOPS = 200  # places that Tab leads to; other tests of the process leave accounts in the tree
# Each language meets both schemes and both widths; the two together meet every pair of them.
LOOKS: dict[str, list[tuple[Literal["light", "dark"], int]]] = {
    "pl": [("light", 1280), ("dark", 360)],
    "en": [("dark", 1280), ("light", 360)],
}
TELL_OF_MICE = 'for (const kind of ["mousedown", "touchstart"]) addEventListener(kind, () => console.error(kind), true)'


@pytest.mark.parametrize("words", [POLISH, ENGLISH], ids=["Polish", "English"])
def test_all_is_done_by_keyboard_alone(
    words: Words, browser: Browser, dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path
) -> None:
    fill(mailbox, 60)
    with office(dovecot, tmp_path) as running, window(browser, words) as page:
        page.add_init_script(TELL_OF_MICE)
        set_up(page, running, words)
        sign_out(page, words)
        sign_in(page, words)
        add_account(page, words, dovecot, mailbox)
        read(page)


def everywhere(page: Page) -> None:
    for scheme, width in LOOKS[str(page.locator("html").get_attribute("lang"))]:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        check(page)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 800})


def go_to(page: Page, place: Locator) -> None:
    for _ in range(STOPS):
        if place.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {place}")


def write(page: Page, label: str, text: str) -> None:
    overwrite(page, page.get_by_label(label, exact=True), text)


def overwrite(page: Page, field: Locator, text: str) -> None:
    go_to(page, field)
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.type(text)


def press(page: Page, place: Locator) -> None:
    go_to(page, place)
    page.keyboard.press("Enter")


def follow(page: Page, place: Locator) -> None:
    """What is pressed leads to another page, though it may look like this one."""
    go_to(page, place)
    page.wait_for_load_state()
    with page.expect_event("domcontentloaded"):
        page.keyboard.press("Enter")


def set_up(page: Page, running: Running, words: Words) -> None:
    page.goto(running.address())  # nobody is here yet: a page that says where the link is
    everywhere(page)
    link = re.search(r"First run: (\S+)", running.said())
    assert link
    page.goto(link[1])
    everywhere(page)
    press(page, page.get_by_role("button", name=words.set_up))
    expect(page.locator(".field-error").first).to_be_visible()
    everywhere(page)
    write(page, words.office, "Kancelaria Lipowa")
    write(page, words.name, "Anna Lipowska")
    write(page, words.email, PERSON)
    write(page, words.password, OWN_PASSWORD)
    press(page, page.get_by_role("button", name=words.set_up))
    follow(page, page.locator(".side-foot > a").first)
    expect(page.locator(".hollow")).to_be_visible()
    everywhere(page)  # no account yet


def sign_out(page: Page, words: Words) -> None:
    press(page, page.get_by_role("button", name=words.sign_out))
    expect(page.get_by_role("button", name=words.sign_in, exact=True)).to_be_visible()


def sign_in(page: Page, words: Words) -> None:
    everywhere(page)
    write(page, words.address, PERSON)
    write(page, words.password, "nie to")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    everywhere(page)
    write(page, words.password, OWN_PASSWORD)
    page.keyboard.press("Enter")
    follow(page, page.get_by_role("main").get_by_role("link", name=words.add))


def add_account(page: Page, words: Words, dovecot: Dovecot, mailbox: Mailbox) -> None:
    everywhere(page)
    write(page, words.address, PERSON)
    press(page, page.get_by_role("button", name=words.by_hand))
    write(page, words.mailbox_password, "nie to")
    everywhere(page)
    for field, text in (("imap_host", "localhost"), ("imap_port", str(dovecot.tls_port))):
        overwrite(page, page.locator(f"#id_{field}"), text)
    overwrite(page, page.locator("#id_username"), mailbox.username)
    overwrite(page, page.locator("#id_smtp_host"), "")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(words.refused.format(mailbox.username))
    expect(page.get_by_label(words.mailbox_password)).to_be_focused()  # where the mending is done
    everywhere(page)
    page.keyboard.type(mailbox.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(words.added)
    everywhere(page)
    press(page, page.get_by_role("link", name=words.to_the_mail))


def read(page: Page) -> None:
    expect(page.get_by_role("row").first).to_contain_text("Nakaz zapłaty I Nc 12/26")
    expect(page.locator("#rows .spacer").first).to_be_attached()
    everywhere(page)
    go_to(page, page.locator("#rows"))
    page.keyboard.press("ArrowDown")
    expect(page.locator("#pane-head h1")).to_have_text("Nakaz zapłaty I Nc 12/26")
    expect(page.frame_locator("#frame").locator("b")).to_be_visible()
    everywhere(page)
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    everywhere(page)
    page.keyboard.press("Escape")
    press(page, page.locator(".recipients summary"))
    expect(page.locator(".details")).to_be_visible()
    everywhere(page)
    with page.expect_download():
        press(page, page.locator(".attachments a"))
    page.keyboard.press("u")
    expect(page.locator("#rows")).to_be_focused()
