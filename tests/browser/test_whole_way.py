"""The whole way of a new office: the product as it is started, a real mail server, and a person who meets both for the first time."""

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import NETWORK, PATIENCE
from tests.dovecot.fixtures import dovecot, mailbox
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.letters import letters
from tests.processes import Running, empty

__all__ = ["dovecot", "mailbox"]
pytestmark = pytest.mark.dovecot

PERSON = "anna@lipowa.example"
OWN_PASSWORD = "trzy psy i jedna teczka"
WAITING = 1_500  # letters in the mailbox when it is added
ALL_OF_IT = 120_000  # ms until it is all there: two cores, shared with everything else that is tested
SCAN = Random(7).randbytes(200_000)


class Words(NamedTuple):
    """What a person looks for, in their language."""

    locale: str
    set_up: str
    office: str
    name: str
    email: str
    password: str
    sign_in: str
    sign_out: str
    address: str
    by_hand: str
    mailbox_password: str
    add: str
    added: str
    to_the_mail: str
    refused: str
    inbox: str
    sent: str
    scan: str
    blocked: str
    starred: str


POLISH = Words(
    "pl-PL",
    "Utwórz kancelarię",
    "Nazwa kancelarii",
    "Imię i nazwisko",
    "Twój adres e-mail",
    "Hasło",
    "Zaloguj się",
    "Wyloguj się",
    "Adres e-mail",
    "Wpisz serwery ręcznie",
    "Hasło do skrzynki",
    "Dodaj konto",
    "Konto dodane.",
    "Do poczty",
    "Serwer „localhost” odrzucił nazwę użytkownika „{}” lub hasło.",
    "Odebrane",
    "Wysłane",
    "1 załącznik",
    "Zablokowano 1 obrazek z tracker.example",
    "Oznaczona gwiazdką",
)
ENGLISH = Words(
    "en-GB",
    "Set up the office",
    "Name of the law office",
    "Your full name",
    "Your e-mail address",
    "Password",
    "Sign in",
    "Sign out",
    "E-mail address",
    "Enter the servers by hand",
    "Password of the mailbox",
    "Add account",
    "The account is added.",
    "To the mail",
    "“localhost” refused the user name “{}” or the password.",
    "Inbox",
    "Sent",
    "1 attachment",
    "1 image from tracker.example was not loaded",
    "Starred",
)


def letter(subject: str) -> bytes:
    made = EmailMessage()
    made["From"] = "Sąd Rejonowy w Krakowie <sad@krakow.example>"
    made["To"] = PERSON
    made["Subject"] = subject
    made["Message-ID"] = f"<{abs(hash(subject))}@krakow.example>"
    made.set_content("W załączeniu odpis nakazu zapłaty.\n")
    html = '<p>W załączeniu <b>odpis nakazu zapłaty</b>.</p><script>alert(1)</script><img src="https://tracker.example/p.gif">'
    made.add_alternative(html, subtype="html")
    made.add_attachment(SCAN, "application", "pdf", filename="Nakaz zapłaty – odpis.pdf")
    return made.as_bytes()


def fill(mailbox: Mailbox, count: int) -> None:
    """So many plain letters, one a second (INTERNALDATE), and a court's that has just come."""
    mailbox.deliver_many(letters(count, size=4_000))
    for age, path in enumerate(sorted((mailbox.maildir / "new").iterdir(), reverse=True), 60):
        os.utime(path, (time.time() - age,) * 2)
    mailbox.deliver(letter("Nakaz zapłaty I Nc 12/26"))


@contextmanager
def office(dovecot: Dovecot, folder: Path) -> Iterator[Running]:
    """`teczka run` on a folder that was not there, on a machine that trusts the mail server's authority as it trusts any other."""
    authority = folder / "authority.pem"
    authority.write_text(dovecot.ca_pem)
    with empty(SSL_CERT_FILE=str(authority)) as teczka, teczka.running("run", "--port", "0") as running:
        running.await_web()
        yield running
        running.stop()


@contextmanager
def window(browser: Browser, words: Words) -> Iterator[Page]:
    """Whatever the pages complain of fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale=words.locale, accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    page, complaints = context.new_page(), list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type == "error" and NETWORK not in said.text else None,
    )
    try:
        yield page
    finally:
        context.close()
    assert not complaints


@pytest.mark.parametrize("words", [POLISH, ENGLISH], ids=["Polish", "English"])
def test_a_new_office_sets_up_adds_a_mailbox_and_reads(
    words: Words, browser: Browser, dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path
) -> None:
    mailbox.create("Sent/Kopie")
    fill(mailbox, WAITING)
    with office(dovecot, tmp_path) as running, window(browser, words) as page:
        set_up(page, running, words)
        sign_out(page, words)
        sign_in(page, words)
        add_account(page, words, dovecot, mailbox)
        watch_the_mail_come(page, words)
        walk(page)
        read(page, words, tmp_path)
        meet_new_mail(page, mailbox)
        see_a_flag(page, words, mailbox)
        leave(page, words)


def set_up(page: Page, running: Running, words: Words) -> None:
    link = re.search(r"First run: (\S+)", running.said())
    assert link
    page.goto(link[1])
    page.get_by_label(words.office).fill("Kancelaria Lipowa")
    page.get_by_label(words.name).fill("Anna Lipowska")
    page.get_by_label(words.email).fill(PERSON)
    page.get_by_label(words.password).fill(OWN_PASSWORD)
    page.get_by_role("button", name=words.set_up).click()
    expect(page.get_by_role("heading", name=words.add)).to_be_visible()
    assert page.goto(link[1]).status == 404  # type: ignore[union-attr]  # it worked once
    page.goto("/".join(link[1].split("/", 3)[:3]))


def sign_in(page: Page, words: Words) -> None:
    page.get_by_label(words.address).fill(PERSON)
    page.get_by_label(words.password).fill(OWN_PASSWORD)
    page.get_by_role("button", name=words.sign_in, exact=True).click()


def sign_out(page: Page, words: Words) -> None:
    page.get_by_role("button", name=words.sign_out).click()
    expect(page.get_by_role("button", name=words.sign_in, exact=True)).to_be_visible()


def add_account(page: Page, words: Words, dovecot: Dovecot, mailbox: Mailbox) -> None:
    """First with a wrong password: the form says so and keeps everything else."""
    page.get_by_role("main").get_by_role("link", name=words.add).click()
    page.get_by_label(words.address).fill(PERSON)
    page.get_by_role("button", name=words.by_hand).click()
    page.get_by_label(words.mailbox_password).fill("nie to")
    typed = {
        "imap_host": "localhost",
        "imap_port": str(dovecot.tls_port),
        "username": mailbox.username,
        "smtp_host": "",
    }
    for field, value in typed.items():
        page.locator(f"#id_{field}").fill(value)
    page.get_by_role("button", name=words.add).click()
    expect(page.get_by_role("alert")).to_contain_text(words.refused.format(mailbox.username))
    for field, value in typed.items():
        expect(page.locator(f"#id_{field}")).to_have_value(value)
    expect(page.get_by_label(words.mailbox_password)).to_have_value("")
    expect(page.get_by_label(words.mailbox_password)).to_be_focused()
    page.get_by_label(words.mailbox_password).fill(mailbox.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(words.added)
    page.get_by_role("link", name=words.to_the_mail).click()


def watch_the_mail_come(page: Page, words: Words) -> None:
    """Folders and list fill by themselves: the page is never loaded again."""
    page.wait_for_url("**/folders/**")
    page.evaluate("window.sameAsEver = true")
    tree = page.locator("#tree")
    expect(tree.get_by_role("link", name=words.inbox)).to_have_attribute("aria-current", "page")
    expect(tree.get_by_role("link", name=words.sent)).to_be_visible()
    expect(tree.get_by_role("link", name="Kopie")).to_be_visible()
    expect(page.get_by_role("row").first).to_contain_text("Nakaz zapłaty I Nc 12/26")
    expect(page.locator("#rows")).to_have_attribute("aria-rowcount", str(WAITING + 1), timeout=ALL_OF_IT)
    expect(page.locator("#count")).to_contain_text(re.compile(rf"{WAITING // 1000}\s?,?501"))
    expect(page.locator("#standing")).to_be_empty()  # nothing is missing any more, and nothing says so
    expect(tree.locator(".progress")).to_have_count(0)


def walk(page: Page) -> None:
    title = page.locator("#pane-head h1")
    for key, subject in [("j", "Nakaz"), ("j", "Pismo"), ("j", "Pismo"), ("k", "Pismo"), ("k", "Nakaz")]:
        page.keyboard.press(key)
        expect(page.locator('[role="row"][aria-selected="true"]')).to_contain_text(subject)
        expect(title).to_contain_text(subject)


def read(page: Page, words: Words, folder: Path) -> None:
    body = page.frame_locator("#frame").locator("body")
    expect(body.locator("b")).to_have_text("odpis nakazu zapłaty")
    expect(body.locator("script")).to_have_count(0)
    expect(page.locator("#pane")).to_contain_text(words.blocked)
    expect(page.locator("#pane").get_by_role("heading", name=words.scan)).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Nakaz zapłaty – odpis.pdf").click()
    assert waiting.value.suggested_filename == "Nakaz zapłaty – odpis.pdf"
    saved = folder / "saved"
    waiting.value.save_as(saved)
    assert saved.read_bytes() == SCAN


def meet_new_mail(page: Page, mailbox: Mailbox) -> None:
    """At the top a letter appears above what is there; where the list is scrolled nothing moves, and a pill tells of it."""
    began = time.monotonic()
    mailbox.deliver(letter("Wezwanie I C 7/26"))
    expect(page.get_by_role("row").first).to_contain_text("Wezwanie I C 7/26")
    sys.stdout.write(f"delivered, and on the page {time.monotonic() - began:.2f} s later\n")
    chosen = page.locator('[role="row"][aria-selected="true"]')
    expect(chosen).to_contain_text("Nakaz zapłaty I Nc 12/26")
    page.locator("#rows").hover()
    page.mouse.wheel(0, 1200)
    page.wait_for_function("() => document.getElementById('rows').scrollTop >= 1200")
    before = uppermost(page)
    mailbox.deliver(letter("Postanowienie I C 8/26"))
    expect(page.locator(".pill [data-field=count]")).to_have_text("1")
    assert uppermost(page) == before
    page.locator(".pill").click()
    expect(page.get_by_role("row").first).to_contain_text("Postanowienie I C 8/26")
    expect(chosen).to_contain_text("Nakaz zapłaty I Nc 12/26")
    expect(page.locator("#pane-head h1")).to_have_text("Nakaz zapłaty I Nc 12/26")
    assert page.evaluate("window.sameAsEver")


def uppermost(page: Page) -> list[object]:
    """The uppermost row that is seen: its message, and how far it is scrolled out."""
    found: list[object] = page.evaluate(
        """() => {
             const list = document.getElementById("rows").getBoundingClientRect();
             const rows = [...document.querySelectorAll('#rows [role="row"]')];
             const row = rows.find((one) => one.getBoundingClientRect().bottom > list.top + 1);
             return [row.dataset.message, row.getBoundingClientRect().top - list.top];
           }"""
    )
    return found


def see_a_flag(page: Page, words: Words, mailbox: Mailbox) -> None:
    newest = page.get_by_role("row").first
    expect(newest).to_have_class(re.compile("unread"))
    mailbox.set_flags([mailbox.uids()[-1]], r"\Seen \Flagged", how="+FLAGS")
    expect(newest).not_to_have_class(re.compile("unread"))
    expect(newest).to_have_class(re.compile("starred"))
    expect(newest.get_by_text(words.starred)).to_be_attached()
    assert page.evaluate("window.sameAsEver")


def leave(page: Page, words: Words) -> None:
    """Back shows the door, and nothing of what was behind it."""
    page.locator(".side-foot > a").first.click()
    page.locator("#tree").get_by_role("link", name=words.inbox).click()
    expect(page.locator("#rows .spacer").first).to_be_attached()  # the core has begun
    page.keyboard.press("j")
    expect(page.locator("#pane-head h1")).to_have_text("Postanowienie I C 8/26")
    sign_out(page, words)
    page.go_back()
    expect(page.get_by_role("button", name=words.sign_in, exact=True)).to_be_visible()
    assert "Postanowienie" not in page.content()
    assert "Lipowska" not in page.content()
