"""A letter's whole way: written beside the mail, taken back, sent through a real Postfix, found in Sent once; and the answer to it."""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage

import pytest
from django.utils import timezone
from playwright.sync_api import FrameLocator, Page, expect

from teczka.actions.reading import read_some
from teczka.core.accounts import Mode
from teczka.store import events
from teczka.store.models import Account, Folder, Message, Operation, Outgoing
from teczka.store.viewer import as_user
from tests.browser.conftest import Office
from tests.browser.test_acts import until, working
from tests.dovecot.accounts import opened
from tests.dovecot.fixtures import dovecot
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.postfix.fixtures import postfix
from tests.postfix.server import Postfix

__all__ = ["dovecot", "postfix"]
pytestmark = pytest.mark.dovecot

ANNA, JAN = "anna@kancelaria-lipowa.example", "jan@a.example"
SUBJECT = "Pozew o zapłatę – żółw"
PDF = b"%PDF-1.4 " + bytes(range(256)) * 200


@dataclass
class Desk:
    page: Page
    account: Account
    mailbox: Mailbox
    jans: Mailbox

    @property
    def letter(self) -> FrameLocator:
        return self.page.frame_locator("#dock iframe")

    def hurry(self) -> None:
        """Nobody waits for the seconds in which it can be taken back."""
        with as_user(self.account.owner_id):
            Outgoing.objects.filter(account=self.account, state="held").update(send_at=timezone.now())
            events.ask_sender(self.account.pk)

    def sent(self) -> list[bytes]:
        """Nor for the minute in which its provider may file the letter itself."""
        with as_user(self.account.owner_id):
            if Operation.objects.filter(account=self.account, kind="append", due_at__gt=timezone.now()).update(
                due_at=None
            ):
                events.ask_keeper(self.account.pk)
        return self._found(self.mailbox, "Sent")

    def delivered(self) -> list[bytes]:
        return self._found(self.jans, "INBOX")

    def _found(self, mailbox: Mailbox, folder: str) -> list[bytes]:
        if folder not in mailbox.folders():
            return []
        with mailbox.session(folder) as imap:
            _status, data = imap.uid("FETCH", "1:*", "(BODY.PEEK[])")
            return [item[1] for item in data if isinstance(item, tuple)]


@pytest.fixture
def desk(office: Office, page: Page, dovecot: Dovecot, postfix: Postfix) -> Iterator[Desk]:
    mailbox, jans = dovecot.add_user(ANNA), dovecot.add_user(JAN)
    mailbox.create("Sent")
    account = opened(office.cast.anna, dovecot, mailbox)
    with as_user(office.cast.anna.pk):
        Account.objects.filter(pk=account.pk).update(
            mode=Mode.MANAGED, address=ANNA, sender_name="Anna Lipowska", **postfix.account_columns()
        )
    with working(office):
        until(lambda: bool(_folder(account, "sent")), "the folders did not come")
        page.goto(f"/folders/{_folder(account, 'inbox')}/")
        page.locator("#rows").wait_for(state="attached")
        yield Desk(page, account, mailbox, jans)
    with as_user(office.cast.anna.pk):
        Account.objects.filter(pk=account.pk).update(paused_at="2026-01-01T00:00Z")


def _folder(account: Account, role: str) -> str:
    with as_user(account.owner_id):
        found = Folder.objects.filter(account=account, role=role, gone_at=None).values_list("public_id", flat=True)
        return str(found.first() or "")


def test_a_letter_is_written_taken_back_sent_once_and_answered(desk: Desk) -> None:
    page, letter = desk.page, desk.letter
    page.keyboard.press("c")
    expect(letter.locator("#editor")).to_be_visible()
    letter.locator("#field-to").fill(f"Jan Kowal <{JAN}>")
    letter.locator("#subject").fill(SUBJECT)
    letter.locator("#editor").click()
    page.keyboard.type("W załączeniu przesyłam pozew.")
    letter.locator("#file").set_input_files({"name": "Pozew – odpis.pdf", "mimeType": "application/pdf", "buffer": PDF})
    expect(letter.locator("#files a")).to_have_text("Pozew – odpis.pdf")
    page.keyboard.press("Control+Enter")
    expect(letter.locator("#undo")).to_be_visible()
    letter.locator("#undo").click()
    expect(letter.locator(".chip")).to_have_text("Jan Kowal@a.example")  # nothing of it is lost
    expect(letter.locator("#editor")).to_contain_text("W załączeniu przesyłam pozew.")
    expect(letter.locator("#files a")).to_have_count(1)
    page.keyboard.press("Control+Enter")
    expect(letter.locator("#undo")).to_be_visible()
    desk.hurry()
    until(lambda: len(desk.delivered()) == 1, "Jan has nothing")
    read = email.message_from_bytes(desk.delivered()[0], policy=email.policy.default)
    assert read["Subject"] == SUBJECT
    assert [part.get_filename() for part in read.iter_attachments()] == ["Pozew – odpis.pdf"]  # type: ignore[attr-defined]
    assert next(read.iter_attachments()).get_content() == PDF  # type: ignore[attr-defined]
    until(lambda: len(desk.sent()) == 1, "nothing in Sent")
    answer_comes_into_the_same_conversation(desk, read["Message-ID"])


def answer_comes_into_the_same_conversation(desk: Desk, message_id: str) -> None:
    page, letter = desk.page, desk.letter
    answer = EmailMessage()
    answer["From"], answer["To"], answer["Subject"] = f"Jan Kowal <{JAN}>", ANNA, f"Odp: {SUBJECT}"
    answer["Message-ID"], answer["In-Reply-To"] = "<odpowiedz@a.example>", message_id
    answer.set_content("Dziękuję, odebrałem.\n")
    desk.mailbox.deliver(answer.as_bytes())
    row = page.get_by_role("row").filter(has_text="Odp: Pozew")
    expect(row).to_have_count(1)
    until(lambda: together(desk, 2), "two conversations")
    expect(page.locator("#dock iframe")).to_have_count(0)
    row.locator("[data-field=from]").click()
    expect(page.locator("#pane-head h1")).to_contain_text("Odp: Pozew")
    expect(page.locator(".answers")).to_be_visible()
    page.keyboard.press("r")
    expect(letter.locator(".chip")).to_have_text("Jan Kowal")  # no stranger any more
    expect(letter.locator("#subject")).to_have_value(f"Re: {SUBJECT}")
    page.keyboard.type("Dobrze.")
    page.keyboard.press("Control+Enter")
    expect(letter.locator("#undo")).to_be_visible()
    desk.hurry()
    until(lambda: len(desk.delivered()) == 2, "Jan has no answer")
    read = email.message_from_bytes(desk.delivered()[1], policy=email.policy.default)
    assert (read["In-Reply-To"], read["References"]) == ("<odpowiedz@a.example>", f"{message_id} <odpowiedz@a.example>")
    text = read.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    assert text.startswith("Dobrze.")
    assert "Dziękuję, odebrałem." in text
    until(lambda: len(desk.sent()) == 2, "not in Sent")
    until(lambda: together(desk, 3), "two conversations")


def together(desk: Desk, count: int) -> bool:
    """So many messages are in one conversation, once a reader has been through them."""
    read_some(50)
    with as_user(desk.account.owner_id):
        found = Message.objects.filter(account=desk.account, subject__contains="Pozew", placements__gone_at=None)
        threads = list(found.values_list("thread", flat=True))
    return len(threads) == count and None not in threads and len(set(threads)) == 1
