"""The whole life of a POP3 account in a real browser, against Dovecot: to another server, to IMAP and back, and to its deletion."""

import re
from dataclasses import dataclass
from itertools import islice

import pytest
from playwright.sync_api import expect

from teczka.store.models import Account, Placement
from teczka.store.viewer import as_user
from tests.browser.mail_world import (
    DOMAIN,
    GMAIL,
    PASSWORD,
    PATIENCE,
    UNKNOWN,
    Hands,
    World,
    internet,
    lines,
    servers,
    world,
)
from tests.dovecot.mailbox import Mailbox
from tests.letters import letters
from tests.processes import until

__all__ = ["internet", "lines", "servers", "world"]
pytestmark = pytest.mark.dovecot


@pytest.fixture(autouse=True)
def patient() -> None:
    expect.set_options(timeout=PATIENCE)


def test_from_the_wizard_to_imap_and_back_and_to_the_deletion(world: World) -> None:
    mailbox = world.servers.dovecot.add_user(UNKNOWN)
    mailbox.deliver_many(letters(3, size=2_000))
    world.servers.submission.passwords[UNKNOWN] = PASSWORD
    with world.hands() as hands, world.worker():
        what_gmail_does_is_said_before(hands)
        add(hands)
        read_the_inbox(hands)
        mark(hands, world)
        ask_for_mail(hands, world, mailbox)
        see_what_left(hands, world, mailbox)
        change(hands, world, "POP3", pop3_host=f"imap.{DOMAIN}")  # which has a POP3 server, too
        pause(hands)
        before = mailbox.listing()
        for protocol in ("IMAP", "POP3"):
            change(hands, world, protocol)
        delete_and_take_back(hands, world)
        assert mailbox.listing() == before  # byte for byte


def what_gmail_does_is_said_before(hands: Hands) -> None:
    hands.page.goto("/accounts/add/")
    hands.fill("Adres e-mail", GMAIL)
    hands.press("Dalej")
    expect(hands.page.get_by_role("radio", name="IMAP")).to_be_checked()
    expect(hands.page.locator(".provider-help")).to_contain_text("pobraną przez POP3 Gmail ukrywa")


def add(hands: Hands) -> None:
    """IMAP is proposed; what POP3 means is said when it is chosen."""
    hands.page.goto("/accounts/add/")
    hands.fill("Adres e-mail", UNKNOWN)
    hands.press("Dalej")
    expect(hands.page.get_by_role("radio", name="IMAP")).to_be_checked()
    hands.page.get_by_role("radio", name="POP3").check()
    expect(hands.page.get_by_text("POP3 pobiera tylko Odebrane.")).to_be_visible()
    expect(hands.page.locator(".summary.pop3-server")).to_contain_text(f"pop3.{DOMAIN}:995")
    hands.fill("Hasło do skrzynki", PASSWORD)
    hands.press("Dodaj konto")
    expect(hands.page.get_by_role("status")).to_contain_text("Konto dodane.")


def read_the_inbox(hands: Hands) -> None:
    """There is but this folder, and nothing can be done to it."""
    hands.press("Do poczty", "link")
    page = hands.page
    expect(page.locator("#rows [data-message]")).to_have_count(3)
    expect(page.get_by_role("heading", name="Odebrane")).to_be_visible()
    expect(page.get_by_role("button", name="Więcej dla tego folderu")).to_have_count(0)
    expect(page.locator("#side a[href^='/folders/']")).to_have_count(1)


def mark(hands: Hands, world: World) -> None:
    """Read by being looked at, and starred by a key; nothing can be moved, and the menu says why."""
    rows = hands.page.locator("#rows [data-message]")
    rows.nth(1).click()
    until(lambda: len(marks(world).read) == 1, what="what was read")
    hands.page.keyboard.press("s")
    expect(rows.nth(1)).to_have_class(re.compile("starred"))
    rows.nth(1).click(button="right")
    menu = hands.page.locator("#row-menu")
    expect(menu).to_contain_text("POP3: poczta zostaje, gdzie jest")
    expect(menu).not_to_contain_text("Przenieś")
    hands.page.keyboard.press("Escape")
    until(lambda: len(marks(world).starred) == 1, what="the star")


@dataclass(frozen=True)
class Marks:
    """Message-IDs of what is in the list."""

    shown: list[str]
    read: set[str]
    starred: set[str]


def marks(world: World) -> Marks:
    with as_user(world.anna.pk):
        placed = list(Placement.objects.filter(gone_at=None).select_related("message"))
    return Marks(
        sorted(one.message.message_id for one in placed),
        {one.message.message_id for one in placed if one.seen},
        {one.message.message_id for one in placed if one.flagged},
    )


def assert_kept(before: Marks, after: Marks) -> None:
    """Dovecot has marked as read what was fetched by POP3, and says so by IMAP."""
    assert (after.shown, after.starred) == (before.shown, before.starred)
    assert len(after.starred) == 1
    assert after.read >= before.read


def ask_for_mail(hands: Hands, world: World, mailbox: Mailbox) -> None:
    mailbox.deliver_many(islice(letters(4, size=2_000), 3, None))
    fetch_now(hands)
    until(lambda: world.stored(UNKNOWN) == 4, what="the mail that came meanwhile")


def fetch_now(hands: Hands) -> None:
    hands.page.goto("/accounts/")
    line = hands.account(DOMAIN)
    expect(line).to_contain_text("sprawdzana co 5 minut")
    line.get_by_role("button", name=f"Menu konta {DOMAIN}").click()
    hands.page.get_by_role("menuitem", name="Pobierz pocztę teraz").click()
    expect(hands.page.get_by_role("status").filter(has_text="Pobieramy nową pocztę.")).to_be_visible()


def see_what_left(hands: Hands, world: World, mailbox: Mailbox) -> None:
    """Another program removed the oldest: it stays in the list, and says so."""
    mailbox.expunge(mailbox.uids()[:1])
    fetch_now(hands)
    until(lambda: left(world) == 1, what="what left")
    hands.page.goto("/")
    rows = hands.page.locator("#rows [data-message]")
    expect(rows).to_have_count(4)
    rows.last.click()
    expect(hands.page.locator("#pane .banner").first).to_contain_text("Usunięta na serwerze")


def left(world: World) -> int:
    with as_user(world.anna.pk):
        return Placement.objects.filter(left_at__isnull=False).count()


def change(hands: Hands, world: World, protocol: str, **typed: str) -> None:
    """The password unchanged: what was downloaded is known again, nothing comes twice, and what was marked stays so."""
    before = marks(world)
    hands.page.goto("/accounts/")
    hands.page.get_by_role("link", name=f"Edytuj konto {DOMAIN}").click()
    hands.page.get_by_role("radio", name=protocol).check()
    if typed:
        hands.page.locator("details.advanced").first.locator("summary").click()
    for name, value in typed.items():
        hands.page.locator(f"#id_{name}").fill(value)
    hands.press("Zapisz")
    expect(hands.page.get_by_role("status")).to_contain_text("Zapisano.")
    hands.page.goto("/accounts/")
    line = hands.account(DOMAIN)
    expect(line).to_contain_text(protocol)
    expect(line).to_contain_text("Działa")
    fetched_again(world)
    assert_kept(before, marks(world))
    assert world.stored(UNKNOWN) == 4


def fetched_again(world: World) -> None:
    """Every placement is known by the present protocol or has left."""

    def known() -> bool:
        with as_user(world.anna.pk):
            by_pop3 = Account.objects.get().protocol == "pop3"
            shown = Placement.objects.filter(gone_at=None, left_at=None)
            return shown.count() == 3 and all((one.uidvalidity == 0) == by_pop3 for one in shown)

    until(known, what="all messages known again")


def pause(hands: Hands) -> None:
    line = hands.account(DOMAIN)
    for act, told in (("Wstrzymaj pobieranie", "Wstrzymane"), ("Wznów pobieranie", "Działa")):
        line.get_by_role("button", name=f"Menu konta {DOMAIN}").click()
        hands.page.get_by_role("menuitem", name=act).click()
        expect(line).to_contain_text(told)


def delete_and_take_back(hands: Hands, world: World) -> None:
    before = marks(world)
    hands.page.goto("/accounts/")
    hands.page.get_by_role("link", name="Usuń konto").first.click()
    expect(hands.page.get_by_role("main")).to_contain_text("POZOSTANIE nietknięta")
    hands.page.get_by_label("Usuń stąd pobraną pocztę").check()
    hands.press("Usuń konto")
    hands.page.get_by_role("button", name="Cofnij usunięcie").click()
    line = hands.account(DOMAIN)
    line.get_by_role("link", name="Połącz ponownie").click()
    hands.fill("Hasło do skrzynki", PASSWORD)
    hands.press("Połącz ponownie")
    expect(hands.page.get_by_role("status")).to_contain_text("Zapisano.")
    hands.page.goto("/accounts/")
    expect(line).to_contain_text("Działa")
    assert_kept(before, marks(world))
