"""Acts on mail in the list, and what an independent client then finds on the server."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from teczka.core.accounts import Mode
from teczka.store.models import Account, Folder
from teczka.store.viewer import as_user
from tests.browser.conftest import Office, intercept
from tests.browser.held import Held
from tests.dovecot.accounts import opened
from tests.dovecot.fixtures import dovecot
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot

__all__ = ["dovecot"]
pytestmark = pytest.mark.dovecot

SECONDS = 60
NO_PAUSE_ENDS = """() => {
  const really = window.setTimeout;
  window.setTimeout = (then, ms) => really(then, ms >= 1000 ? 1e8 : ms);
}"""

RENEWED = """h1 => {
  h1.dataset.old = "";
  const message = document.querySelector("#pane-head [data-paper]").pathname.split("/")[2];
  document.dispatchEvent(new CustomEvent("teczka:renew", { detail: [message] }));
}"""


def letter(number: int) -> bytes:
    made = EmailMessage()
    made["From"], made["To"] = "Sąd <sad@krakow.example>", "anna@lipowa.example"
    made["Subject"] = f"Pismo {number}"
    made["Message-ID"] = f"<pismo.{number}@krakow.example>"
    made.set_content(f"Treść pisma {number}.\n")
    return made.as_bytes()


@dataclass
class Desk:
    """A managed mailbox of twelve letters, and two in the bin, on the page and on its server."""

    page: Page
    mailbox: Mailbox
    account: Account

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def row(self, number: int) -> Locator:
        exact = re.compile(rf"^Pismo {number}$")
        return self.page.get_by_role("row").filter(has=self.page.locator("[data-field=subject]", has_text=exact))

    def choose(self, number: int) -> None:
        self.row(number).locator("[data-field=from]").click()
        expect(self.page.locator("#pane-head h1")).to_have_text(f"Pismo {number}")

    def begun(self) -> None:
        """The page's core has: before that a click is nobody's."""
        expect(self.page.locator("#rows .spacer").first).to_be_attached()

    def told(self, text: str) -> None:
        expect(self.page.locator("#toast")).to_contain_text(text)

    def held(self, folder: str) -> dict[int, str]:
        """The server's word: the letters' numbers, with their flags."""
        found = {}
        with self.mailbox.session(folder) as imap:
            _status, data = imap.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
            for head, body in (item for item in data if isinstance(item, tuple)):
                found[int(re.sub(rb"\D", b"", body))] = head.decode().partition("FLAGS (")[2].partition(")")[0]
        return found

    def folder_url(self, role: str) -> str:
        with as_user(self.account.owner_id):
            return f"/folders/{Folder.objects.get(account=self.account, role=role, gone_at=None).public_id}/"


def until(question: Callable[[], bool], said: str) -> None:
    end = time.monotonic() + SECONDS
    while not question():
        assert time.monotonic() < end, said
        time.sleep(0.05)


@contextmanager
def working(office: Office) -> Iterator[None]:
    command = [sys.executable, "-m", "teczka.cli", "worker"]
    with subprocess.Popen(command, env={**os.environ, **office.environment}) as process:
        try:
            yield
        finally:
            process.terminate()


@pytest.fixture
def desk(office: Office, page: Page, dovecot: Dovecot) -> Iterator[Desk]:
    mailbox = dovecot.add_user()
    mailbox.deliver_many([letter(number) for number in range(1, 13)])
    mailbox.deliver_many([letter(number) for number in (20, 21)], "Kosz")
    for folder in ("Archive", "Junk", "Sprawy"):
        mailbox.create(folder)
    account = opened(office.cast.anna, dovecot, mailbox)
    with as_user(office.cast.anna.pk):
        Account.objects.filter(pk=account.pk).update(mode=Mode.MANAGED)
    with working(office):
        desk = Desk(page, mailbox, account)
        until(lambda: _stored(account) == 14, "the mail did not come")
        page.goto(desk.folder_url("inbox"))
        expect(page.locator("#rows .spacer").first).to_be_attached()
        yield desk
    with as_user(office.cast.anna.pk):
        Account.objects.filter(pk=account.pk).update(paused_at="2026-01-01T00:00Z")


def _stored(account: Account) -> int:
    with as_user(account.owner_id):
        return sum(Folder.objects.filter(account=account).values_list("stored", flat=True))


def test_what_is_done_in_the_list_is_done_on_the_server_and_taken_back(desk: Desk) -> None:
    desk.choose(11)
    desk.press("s")
    expect(desk.row(11)).to_have_class(re.compile("starred"))
    until(lambda: "\\Flagged" in desk.held("INBOX")[11], "no star on the server")
    desk.press("s")
    until(lambda: "\\Flagged" not in desk.held("INBOX")[11], "the star is still on the server")
    desk.press("s")
    desk.press("e")
    desk.told("archiwum")
    expect(desk.row(11)).to_have_count(0)
    until(lambda: 11 in desk.held("Archive") and 11 not in desk.held("INBOX"), "not archived")
    until(lambda: "\\Flagged" in desk.held("Archive")[11], "the star did not come along")
    desk.press("z")
    desk.told("Cofnięto")
    expect(desk.row(11)).to_have_count(1)
    until(lambda: 11 in desk.held("INBOX") and 11 not in desk.held("Archive"), "not taken back")
    desk.choose(10)
    desk.press("Shift+U")
    expect(desk.row(10)).to_have_class(re.compile("unread"))
    desk.press("Shift+I")
    until(lambda: "\\Seen" in desk.held("INBOX")[10], "not read on the server")
    desk.choose(9)
    desk.press("#")

    until(lambda: 9 in desk.held("Kosz"), "not in the bin")
    desk.page.reload()
    expect(desk.page.locator("#rows .spacer").first).to_be_attached()
    expect(desk.row(9)).to_have_count(0)
    desk.press("z")  # the page has forgotten, the server has not
    expect(desk.row(9)).to_have_count(1)
    until(lambda: 9 in desk.held("INBOX"), "not taken back after a reload")


def test_marked_messages_are_moved_together_by_key_mouse_and_menu(desk: Desk) -> None:
    page = desk.page
    desk.choose(12)
    desk.press("x", "Shift+J", "Shift+J")
    expect(page.locator("#bulk [data-field=count]")).to_have_text("3")
    desk.press("v")
    page.locator("#move-filter").fill("SPRAWY")
    page.keyboard.press("Enter")
    desk.told("Sprawy")
    until(lambda: set(desk.held("Sprawy")) == {12, 11, 10}, "not moved")
    expect(page.get_by_role("row")).to_have_count(9)
    desk.row(9).locator("[role=checkbox]").click()
    desk.row(7).locator("[data-field=from]").click(modifiers=["Shift"])
    expect(page.locator("#bulk [data-field=count]")).to_have_text("3")
    desk.row(8).drag_to(page.locator(f"#branch-{desk.account.public_id}").get_by_role("link", name="Sprawy"))
    until(lambda: {9, 8, 7} <= set(desk.held("Sprawy")), "not dropped")
    desk.choose(5)
    desk.press("v")
    page.locator("#move-filter").fill("sprawy")
    page.get_by_role("dialog").get_by_role("button", name="Kopiuj").click()
    until(lambda: 5 in desk.held("Sprawy") and 5 in desk.held("INBOX"), "not copied")
    desk.row(6).locator("[data-field=from]").click(button="right")
    page.get_by_role("menuitem", name="To spam").click()
    until(lambda: set(desk.held("Junk")) == {6}, "no spam")
    desk.press("*", "a")
    page.locator("#bulk").get_by_role("button", name="Archiwizuj").click()
    until(lambda: not desk.held("INBOX"), "the inbox is not empty")
    expect(page.locator("#list .hollow")).to_be_visible()
    assert set(desk.held("Archive")) == {5, 4, 3, 2, 1}
    page.goto(desk.folder_url("junk"))
    desk.choose(6)
    page.get_by_role("row").first.click(button="right")
    page.get_by_role("menuitem", name="To nie spam").click()
    until(lambda: 6 in desk.held("INBOX"), "still spam")


@pytest.mark.parametrize(("width", "then"), [(1440, "rows"), (360, "pane")])
def test_whoever_presses_the_buttons_by_keyboard_never_falls_out_of_the_page(desk: Desk, width: int, then: str) -> None:
    desk.page.set_viewport_size({"width": width, "height": 800})
    desk.press("j", "Enter")
    head = desk.page.locator("#pane-head")
    expect(head.locator("h1")).to_have_text("Pismo 12")
    star = head.locator('[data-action="star"]')
    star.focus()
    head.locator("h1").evaluate(RENEWED)
    expect(head.locator("h1[data-old]")).to_have_count(0)
    expect(star).to_be_focused()
    head.locator('[data-action="archive"]').press("Enter")
    expect(head.locator("h1")).to_have_text("Pismo 11")
    expect(desk.page.locator(f"#{then}")).to_be_focused()


def test_for_good_means_after_a_question_and_ten_seconds(desk: Desk) -> None:
    desk.page.goto(desk.folder_url("trash"))
    expect(desk.row(21)).to_have_count(1)
    desk.choose(21)
    desk.press("#")
    desk.page.get_by_role("dialog").get_by_role("button", name="Usuń na zawsze").click()
    expect(desk.row(21)).to_have_count(0)
    desk.press("z")
    expect(desk.row(21)).to_have_count(1)
    desk.choose(20)
    desk.press("#")
    desk.page.get_by_role("dialog").get_by_role("button", name="Usuń na zawsze").click()
    expect(desk.row(20)).to_have_count(0)
    until(lambda: set(desk.held("Kosz")) == {21}, "not removed")


def test_folders_are_made_renamed_and_removed(desk: Desk) -> None:
    page = desk.page
    page.locator("#list").get_by_role("button", name="Więcej dla tego folderu").click()
    page.get_by_role("link", name="Nowy folder").click()
    page.get_by_label("Nazwa folderu").fill("Łąka")
    page.get_by_role("button", name="Utwórz").click()
    link = page.locator("#tree").get_by_role("link", name="Łąka")
    until(lambda: "&AUEBBQ-ka" in desk.mailbox.folders(), "not made")
    link.click()
    expect(page.locator("#folder-name")).to_have_text("Łąka")
    page.locator("#list").get_by_role("button", name="Więcej dla tego folderu").click()
    page.get_by_role("link", name="Zmień nazwę folderu").click()
    page.get_by_label("Nazwa folderu").fill("Pole")
    page.get_by_role("button", name="Zmień nazwę").click()
    expect(page.locator("#folder-name")).to_have_text("Pole")
    until(lambda: "Pole" in desk.mailbox.folders(), "not renamed")
    page.locator("#list").get_by_role("button", name="Więcej dla tego folderu").click()
    page.get_by_role("link", name="Usuń folder").click()
    page.get_by_role("button", name="Usuń folder").click()
    until(lambda: "Pole" not in desk.mailbox.folders(), "not removed")


def test_folders_that_another_program_renames_and_removes(desk: Desk) -> None:
    page, mailbox = desk.page, desk.mailbox
    mailbox.deliver_many([letter(number) for number in (30, 31)], "Umowy")
    mailbox.deliver(letter(13))
    until(lambda: _stored(desk.account) == 17, "the mail did not come")
    page.locator("#tree").get_by_role("link", name="Umowy").click()
    expect(page.locator("#folder-name")).to_have_text("Umowy")
    desk.begun()
    desk.choose(31)
    mailbox.rename_folder("Umowy", "Akta")
    desk.press("s")
    until(lambda: "\\Flagged" in desk.held("Akta")[31], "not starred under its new name")
    expect(page.locator("#tree").get_by_role("link", name="Akta")).to_have_attribute("aria-current", "page")
    assert _stored(desk.account) == 17
    mailbox.delete_folder("Akta")
    mailbox.deliver(letter(14))
    gone = page.locator("#tree").get_by_role("link", name="Akta")
    expect(gone).to_contain_text("usunięty na serwerze")
    page.reload()
    desk.begun()
    expect(page.locator("#standing")).to_contain_text("Ten folder został usunięty na serwerze.")
    desk.choose(30)
    expect(page.locator("#pane-head")).to_contain_text("Usunięta na serwerze.")
    desk.press("s")
    desk.told("Tylko tutaj, w Teczce")
    desk.press("v")
    expect(page.locator("#move")).to_be_hidden()
    desk.press("#")
    desk.told("nie można już przenieść")
    expect(desk.row(30)).to_be_visible()
    page.reload()
    expect(desk.row(30)).to_have_class(re.compile("starred"))
    expect(page.get_by_role("button", name="Rozumiem")).to_have_count(0)
    page.goto(desk.folder_url("inbox"))
    desk.begun()
    desk.choose(14)
    desk.press("v")
    expect(page.locator("#move option", has_text="Archiwum")).to_have_count(1)
    expect(page.locator("#move option", has_text="Akta")).to_have_count(0)


def test_a_message_that_is_looked_at_becomes_read_and_one_passed_over_does_not(desk: Desk) -> None:
    desk.choose(12)
    desk.press("j", "j")
    until(lambda: "\\Seen" in desk.held("INBOX")[10], "not read")
    assert "\\Seen" not in desk.held("INBOX")[11]


def kept(page: Page) -> list[str]:
    """What waits in the browser."""
    found: list[str] = page.evaluate("() => Object.keys(localStorage).filter((name) => name.startsWith('act '))")
    return found


def test_what_was_done_without_a_network_is_done_as_soon_as_there_is_one(desk: Desk) -> None:
    desk.choose(11)
    desk.page.evaluate(NO_PAUSE_ENDS)  # the network's coming back is what tells
    intercept(desk.page, "**/acts/", lambda route: route.abort())
    desk.press("e", "e")
    desk.told("Brak połączenia")
    expect(desk.row(10)).to_have_count(0)
    desk.page.unroute("**/acts/")
    desk.page.evaluate("() => window.dispatchEvent(new Event('online'))")
    until(lambda: {11, 10} <= set(desk.held("Archive")), "not archived")
    until(lambda: not kept(desk.page), "told and kept nevertheless")


def test_what_is_done_to_the_whole_list_is_said_to_be_under_way_until_it_is_done(desk: Desk) -> None:
    page = desk.page
    desk.choose(11)
    told = Held(page, "**/acts/")
    desk.press("*", "a")
    page.locator('[data-action="mark-everything"]').dispatch_event("click")
    desk.press("e")
    desk.told("Wykonujemy polecenie dla całej listy")
    expect(page.locator("#bulk")).to_be_hidden()  # no button to press once more
    told.let_go()
    desk.told("Przeniesiono do archiwum")


def test_what_was_done_to_the_whole_list_without_a_network_is_said_not_to_be_kept(desk: Desk) -> None:
    """By the time there is one, more may lie in it than was seen."""
    page, told = desk.page, list[str]()
    page.on("request", lambda request: told.append(request.url) if request.url.endswith("/acts/") else None)
    desk.choose(11)
    intercept(page, "**/acts/", lambda route: route.abort())
    desk.press("*", "a")
    page.locator('[data-action="mark-everything"]').dispatch_event("click")
    desk.press("e")
    desk.told("Polecenie dla całej listy nie zostanie zapamiętane")
    expect(desk.row(11)).to_be_visible()
    assert kept(page) == []
    page.unroute("**/acts/")
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    desk.choose(10)
    desk.press("e")
    until(lambda: 10 in desk.held("Archive"), "not archived")
    assert 11 not in desk.held("Archive")
    page.evaluate("0")  # what was asked is heard of with the page's next answer
    assert len(told) == 2  # and not the first one anew


def test_what_no_server_was_told_of_the_next_page_tells(desk: Desk) -> None:
    page = desk.page
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    desk.choose(11)
    intercept(page, "**/acts/", lambda route: route.abort())
    desk.press("e", "e")
    desk.told("Brak połączenia")
    until(lambda: len(kept(page)) == 2, "not kept")
    beside = page.context.new_page()
    beside.goto("/cases/")
    until(lambda: {11, 10} <= set(desk.held("Archive")), "not archived")
    until(lambda: not kept(page), "told and kept nevertheless")
    page.goto("/cases/")
    assert asked == ["beforeunload"]
