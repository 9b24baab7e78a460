"""POP3 from a real server into the store, and from one protocol to the other and back."""

import asyncio
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from teczka.actions import manners
from teczka.actions.account_rows import described
from teczka.actions.accounts import edit_account
from teczka.actions.fetch import Fetching, fetch_account
from teczka.actions.manners import allowance, least_interval, share_megabytes
from teczka.actions.verify import verify_all
from teczka.core.accounts import Endpoint, NewAccount, Protocol, State
from teczka.core.errors import Trouble
from teczka.store.leases import Lease
from teczka.store.models import Account, Folder, Message, Pack, Placement
from teczka.store.viewer import as_user
from teczka.sync import Report
from tests.cast import make_cast, now
from tests.conftest import OwnDatabase
from tests.dovecot.accounts import opened
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.leased import leased

pytestmark = pytest.mark.dovecot


@pytest.fixture
def account(own_database: OwnDatabase, dovecot: Dovecot, mailbox: Mailbox) -> Account:
    return opened(make_cast().anna, dovecot, mailbox, Protocol.POP3)


def mail(number: int) -> bytes:
    return (
        f"Received: from a by b; Thu, 05 Nov 2026 10:{number % 60:02}:00 +0100\r\nMessage-ID: <m{number}@a.example>\r\n"
        f"Subject: Sprawa {number}\r\n\r\nTreść {number}\r\n"
    ).encode()


def passed(account: Account) -> Report:
    with leased(account.pk) as lease:
        return fetch_account(account.pk, account.owner_id, lease)


def digests(account: Account, *, here: bool) -> list[str]:
    """Of what lies in the inbox: on the server (`here`), or in sight."""
    with as_user(account.owner_id):
        placed = Placement.objects.filter(gone_at=None, folder__account=account, folder__role="inbox")
        placed = placed.filter(left_at=None) if here else placed
        return sorted(bytes(one.message.sha256).hex() for one in placed.select_related("message"))


def there(mailbox: Mailbox) -> list[str]:
    return sorted(held.sha256 for held in mailbox.listing(["INBOX"]))


def on_disk(mailbox: Mailbox) -> list[tuple[str, bytes]]:
    files = (path for folder in ("new", "cur") for path in Path(mailbox.maildir / folder).iterdir())
    return sorted((path.name.partition(":")[0], path.read_bytes()) for path in files)


def sound(account: Account) -> None:
    """The counters are true, and every byte is what was stored."""
    with as_user(account.owner_id):
        for folder in Folder.objects.filter(account=account):
            placed = Placement.objects.filter(folder=folder, gone_at=None)
            assert (folder.stored, folder.unread) == (placed.count(), placed.filter(seen=False).count())
    assert verify_all().clean


def move(account: Account, dovecot: Dovecot, protocol: Protocol) -> Account:
    """As its owner does on the page."""
    port = dovecot.pop3s_port if protocol is Protocol.POP3 else dovecot.tls_port
    before = now(account)
    new = described(before)
    changed = NewAccount(
        **{name: getattr(new, name) for name in new.__dataclass_fields__ if name not in {"incoming", "protocol"}},
        incoming=Endpoint(dovecot.host, port, "tls"),
        protocol=protocol,
    )
    edit_account(account.owner, account.public_id, changed)
    return now(account)


def test_a_first_pass_brings_all_and_a_second_nothing_and_nothing_changes_there(
    account: Account, mailbox: Mailbox
) -> None:
    mailbox.deliver_many(mail(number) for number in range(130))
    mailbox.deliver(mail(7))  # the same bytes again
    before, listed = on_disk(mailbox), there(mailbox)
    report = passed(account)
    assert (report.messages, report.stopped) == (131, None)
    assert digests(account, here=True) == listed
    assert passed(account).messages == 0
    assert on_disk(mailbox) == before
    with as_user(account.owner_id):
        assert Message.objects.count() == 130
        newest = Placement.objects.order_by("-uid")[:50]
        assert all(one.message.subject for one in newest)
        inbox = Folder.objects.get()
        assert (inbox.role, inbox.stored, inbox.on_server) == ("inbox", 131, 131)
    assert now(account).state == State.WORKING
    sound(account)


def test_what_was_removed_there_stays_here_and_says_so(account: Account, mailbox: Mailbox) -> None:
    mailbox.deliver_many(mail(number) for number in range(20))
    passed(account)
    mailbox.expunge(mailbox.uids()[:5])
    mailbox.deliver(mail(99))
    report = passed(account)
    assert (report.messages, report.stopped) == (1, None)
    assert digests(account, here=True) == there(mailbox)
    assert len(digests(account, here=False)) == 21
    sound(account)


def test_what_was_read_and_flagged_here_stays_so_when_all_names_change(account: Account, mailbox: Mailbox) -> None:
    mailbox.deliver_many(mail(number) for number in range(30))
    first = passed(account)
    with as_user(account.owner_id):
        marked = list(Placement.objects.order_by("uid")[:4].values_list("id", flat=True))
        Placement.objects.filter(pk__in=marked).update(seen=True, flagged=True)
        Folder.objects.update(unread=26)
    mailbox.change_uidvalidity()  # of which Dovecot makes its UIDLs
    mailbox.deliver(mail(99))
    report = passed(account)
    assert (report.messages, report.stopped) == (1, None)
    assert report.bytes < first.bytes / 10
    assert digests(account, here=True) == there(mailbox)
    with as_user(account.owner_id):
        kept = Placement.objects.filter(seen=True, flagged=True, left_at=None, gone_at=None)
        assert sorted(kept.values_list("id", flat=True)) == sorted(marked)
    sound(account)


def test_from_pop3_to_imap_and_back_nothing_is_there_twice_and_nothing_is_lost(
    account: Account, mailbox: Mailbox, dovecot: Dovecot
) -> None:
    mailbox.create("Sprawy")
    mailbox.deliver_many([mail(500)], "Sprawy")
    mailbox.deliver_many(mail(number) for number in range(60))
    mailbox.deliver(mail(3))
    mailbox.append(b"Message-ID: <e@x>\r\n\r\nno line end", "INBOX")
    passed(account)
    removed = there(mailbox)
    mailbox.expunge(mailbox.uids()[:2])
    passed(account)
    with as_user(account.owner_id):
        shown = {one.pk for one in Message.objects.all()}

    account = move(account, dovecot, Protocol.IMAP)
    report = passed(account)
    assert report.stopped is None
    assert digests(account, here=True) == there(mailbox)
    assert digests(account, here=False) == removed  # what had left stays in sight
    with as_user(account.owner_id):
        assert {one.pk for one in Message.objects.all()} - shown == {
            one.pk for one in Message.objects.filter(placements__folder__path="Sprawy")
        }
    sound(account)
    assert passed(account).messages == 0

    account = move(account, dovecot, Protocol.POP3)
    mailbox.deliver(mail(99))
    report = passed(account)
    assert report.stopped is None
    assert digests(account, here=True) == there(mailbox)
    assert digests(account, here=False) == sorted([*removed, *(set(there(mailbox)) - set(removed))])
    with as_user(account.owner_id):
        assert Message.objects.count() == len(shown) + 2
        assert Placement.objects.filter(folder__path="Sprawy", gone_at=None).count() == 1  # it stays in sight
    sound(account)
    assert passed(account).messages == 0


def test_imap_keeps_what_it_downloads_after_a_while_of_pop3(
    account: Account, mailbox: Mailbox, dovecot: Dovecot
) -> None:
    account = move(account, dovecot, Protocol.IMAP)
    mailbox.deliver_many(mail(number) for number in range(40))
    passed(account)
    account = move(account, dovecot, Protocol.POP3)
    report = passed(account)
    assert (report.bytes, report.stopped) == (0, None)  # their headers tell
    assert digests(account, here=True) == there(mailbox)
    assert passed(account).messages == 0
    account = move(account, dovecot, Protocol.IMAP)
    assert passed(account).bytes == 0  # and keeps what IMAP knows them by
    assert digests(account, here=False) == there(mailbox)
    sound(account)


def test_a_days_share_ends_the_pass_and_new_mail_still_trickles_in(
    account: Account, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manners, "MEGABYTE", 100)
    monkeypatch.setattr(manners, "TRICKLE", 100)
    with as_user(account.owner_id):
        Account.objects.update(provider="interia")
    given = share_megabytes(now(account))
    assert given == 800
    mailbox.deliver_many(mail(number) + b"x" * 20_000 + b"\r\n" for number in range(10))
    report = passed(account)
    assert report.stopped is not None
    assert (report.stopped.trouble, report.stopped.params["megabytes"]) == (Trouble.SHARE_USED, given)
    assert report.messages == 4  # the newest
    assert least_interval(now(account)) == manners.TRICKLE_PAUSE
    mailbox.deliver(mail(99))
    assert passed(account).messages == 1
    with as_user(account.owner_id):
        assert Message.objects.filter(subject="Sprawa 99").exists()
        Pack.objects.update(created_at=timezone.now() - timedelta(days=2))
        assert allowance(now(account)) == given * 100


def test_web_de_is_asked_every_quarter_of_an_hour(account: Account) -> None:
    assert least_interval(account) == manners.DROP_PAUSE
    account.host = "pop3.web.de"
    assert least_interval(account) == 15 * 60
    account.protocol = Protocol.IMAP
    assert least_interval(account) == 0


def test_web_de_is_not_asked_again_before_it_lets_us_in(account: Account, mailbox: Mailbox, dovecot: Dovecot) -> None:
    mailbox.deliver(mail(1))
    with as_user(account.owner_id):
        Account.objects.update(provider="web-de", checked_at=timezone.now() - timedelta(minutes=10))  # by the wizard
    told = passed(account).stopped
    assert told is not None
    assert (told.trouble, told.params["left"]) == (Trouble.SERVER_INTERVAL, 5)
    assert (now(account).state, now(account).trouble) == (State.NEW, "")
    with as_user(account.owner_id):
        Account.objects.update(checked_at=timezone.now() - timedelta(minutes=15))
    assert passed(account).messages == 1
    again = passed(account).stopped
    assert again is not None
    assert (again.params["left"], now(account).state) == (15, State.WORKING)
    assert dovecot.log().count(f"pop3-login: Info: Login: user=<{mailbox.username}>") == 1


def test_a_look_keeps_from_web_de_as_a_pass_does(
    account: Account, lease: Lease, mailbox: Mailbox, dovecot: Dovecot
) -> None:
    def logins() -> int:
        return dovecot.log().count(f"pop3-login: Info: Login: user=<{mailbox.username}>")

    fetching = Fetching(account.pk, account.owner_id, lease)
    try:
        fetching.run()
        assert asyncio.run(fetching.nothing_new())
        assert logins() == 2
        with as_user(account.owner_id):
            Account.objects.update(provider="web-de", checked_at=timezone.now())
        assert not asyncio.run(fetching.nothing_new())
        assert logins() == 2
    finally:
        fetching.close()


def test_pop3_is_not_listened_to(account: Account) -> None:
    fetching = Fetching(account.pk, account.owner_id, Lease(account.pk, 1))
    try:
        assert not fetching.tells
    finally:
        fetching.close()


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])
def test_between_passes_an_account_holds_no_thread(
    account: Account, mailbox: Mailbox, dovecot: Dovecot, protocol: Protocol
) -> None:
    """Each would keep a connection to the database: a hundred accounts used them all up."""
    account = move(account, dovecot, protocol)
    mailbox.deliver(mail(1))
    with leased(account.pk) as lease:
        before = set(threading.enumerate())
        fetching = Fetching(account.pk, account.owner_id, lease)
        try:
            for number in (2, 3):
                assert fetching.run().messages
                assert set(threading.enumerate()) <= before
                mailbox.deliver(mail(number))
        finally:
            fetching.close()
