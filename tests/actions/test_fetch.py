"""One pass over a real server, and what its owner is told of it (actions/fetch.py)."""

import asyncio
import shutil
from collections.abc import Callable
from importlib import import_module
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import OperationalError, connection

from teczka.actions import fetch
from teczka.actions.acts import Selection, do
from teczka.actions.fetch import Fetching, fetch_account
from teczka.actions.folders import remove_folder, rename_folder
from teczka.actions.secrets import seal_password
from teczka.actions.verify import verify_all
from teczka.actions.watch import changes
from teczka.core.accounts import Mode, State
from teczka.core.acts import Verb
from teczka.core.errors import LeaseLost, Problem, Trouble
from teczka.remote.imap import ImapMailbox
from teczka.store.leases import Lease
from teczka.store.models import Account, FetchRequest, Folder, Message, Operation, Placement, Secret
from teczka.store.queries.folders import folders as known_folders
from teczka.store.statements import execute
from teczka.store.viewer import as_user
from teczka.sync import Report
from tests.acted import wrong_counters
from tests.cast import make_cast, now
from tests.conftest import OwnDatabase
from tests.dovecot.accounts import opened
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot

pytestmark = pytest.mark.dovecot


@pytest.fixture
def account(own_database: OwnDatabase, dovecot: Dovecot, mailbox: Mailbox) -> Account:
    return opened(make_cast().anna, dovecot, mailbox)


def mail(number: int) -> bytes:
    return f"Message-ID: <m{number}@a.example>\r\nSubject: Sprawa {number}\r\n\r\nTreść {number}\r\n".encode()


def shown(account: Account) -> list[tuple[str, int, int, str]]:
    with as_user(account.owner_id):
        placed = Placement.objects.filter(gone_at=None, folder__account=account).select_related("folder", "message")
        return sorted(
            (bytes(one.folder.wire_name).decode(), one.uidvalidity, one.uid, bytes(one.message.sha256).hex())
            for one in placed
        )


def test_a_first_pass_brings_all_and_a_second_nothing(account: Account, lease: Lease, mailbox: Mailbox) -> None:
    mailbox.create("Sprawy/I C 1")
    mailbox.deliver_many(mail(number) for number in range(130))
    mailbox.deliver_many((mail(number) for number in range(10)), "Sprawy/I C 1")
    report = fetch_account(account.pk, account.owner_id, lease)
    assert (report.messages, report.stopped, report.problems) == (140, None, [])
    assert shown(account) == [tuple(held) for held in mailbox.listing()]
    with as_user(account.owner_id):
        assert Message.objects.count() == 130  # the same bytes are stored once
        newest = Placement.objects.filter(folder__path="INBOX").order_by("-uid")[:50]
        assert all(one.message.subject for one in newest)
    assert (now(account).state, now(account).trouble) == (State.WORKING, "")
    assert fetch_account(account.pk, account.owner_id, lease).messages == 0
    assert verify_all().clean


def test_a_folder_that_is_empty_or_as_it_was_costs_next_to_nothing(
    account: Account, lease: Lease, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An office may have a folder for each case, thousands of them. Counted: statements, and turns to the server and back."""
    for number in range(200):
        mailbox.deliver_many([], f"Sprawy/Puste/I C {number}")
    mailbox.deliver_many([mail(1)], "Sprawy/I C 1")
    statements, turns = 0, 0
    send = ImapMailbox._send

    def stated(execute: Callable[..., object], *rest: object) -> object:
        nonlocal statements
        statements += 1
        return execute(*rest)

    def sent(self: ImapMailbox, data: bytes) -> None:
        nonlocal turns
        turns += 1
        send(self, data)

    monkeypatch.setattr(ImapMailbox, "_send", sent)
    with connection.execute_wrapper(stated):
        assert fetch_account(account.pk, account.owner_id, lease).messages == 1
        assert (statements < 200, turns < 40) == (True, True), (statements, turns)
        statements, turns = 0, 0
        assert fetch_account(account.pk, account.owner_id, lease).folders > 200
        assert (statements < 100, turns < 20) == (True, True), (statements, turns)
    for number in (2, 3):
        mailbox.append(mail(number), "Sprawy/Puste/I C 7")
    assert fetch_account(account.pk, account.owner_id, lease).messages == 2
    check(account, mailbox)


def test_an_inbox_that_was_kept_in_the_letters_of_its_server_is_the_inbox_still(
    account: Account, lease: Lease, mailbox: Mailbox
) -> None:
    mailbox.deliver(mail(1))
    fetch_account(account.pk, account.owner_id, lease)
    with as_user(account.owner_id):
        Folder.objects.filter(path="INBOX").update(wire_name=b"Inbox", path="Inbox")
        assert execute(import_module("teczka.store.migrations.0022_inbox").LETTERS) == 1
    assert fetch_account(account.pk, account.owner_id, lease).messages == 0
    assert "INBOX" in folders_of(account)
    assert "Inbox (gone)" not in folders_of(account)


def test_what_changed_on_the_server_changes_here_and_nothing_is_lost(
    account: Account, lease: Lease, mailbox: Mailbox
) -> None:
    mailbox.deliver_many(mail(number) for number in range(20))
    fetching = Fetching(account.pk, account.owner_id, lease)
    try:
        fetching.run()
        uids = mailbox.uids()
        mailbox.expunge(uids[:3])
        mailbox.set_flags(uids[5:7], "\\Seen $Label1")
        mailbox.deliver(mail(99))
        report = fetching.run()
    finally:
        fetching.close()
    assert (report.messages, report.stopped) == (1, None)
    assert shown(account) == [tuple(held) for held in mailbox.listing()]
    with as_user(account.owner_id):
        assert Message.objects.count() == 21
        flagged = Placement.objects.filter(uid__in=uids[5:7])
        assert [(one.seen, one.keywords) for one in flagged] == [(True, ["$Label1"])] * 2
        inbox = Folder.objects.get(path="INBOX")
        assert (inbox.stored, inbox.unread) == (18, 16)


def test_a_new_uidvalidity_downloads_nothing_that_was_recognised(
    account: Account, lease: Lease, mailbox: Mailbox
) -> None:
    mailbox.deliver_many(mail(number) for number in range(20))
    first = fetch_account(account.pk, account.owner_id, lease)
    mailbox.change_uidvalidity()
    mailbox.deliver(mail(99))
    report = fetch_account(account.pk, account.owner_id, lease)
    assert report.messages == 21
    assert report.bytes < first.bytes / 5
    assert shown(account) == [tuple(held) for held in mailbox.listing()]
    assert verify_all().clean


def folders_of(account: Account) -> dict[str, Folder]:
    """By their paths; what is gone, where it is shown still, with a mark."""
    with as_user(account.owner_id):
        lines = {line.id: line for line in known_folders(account.owner) if line.stored or not line.gone}
        rows = Folder.objects.filter(pk__in=lines)
        return {f"{row.path} (gone)" if lines[row.pk].gone else row.path: row for row in rows}


def check(account: Account, mailbox: Mailbox) -> None:
    """Both sides hold the same, and counters are true."""
    assert shown(account) == [tuple(held) for held in mailbox.listing()]
    assert wrong_counters(account.owner) == []


def test_folders_that_were_renamed_on_the_server_are_the_same_folders(
    account: Account, lease: Lease, mailbox: Mailbox
) -> None:
    mailbox.deliver(mail(0))
    for number, folder in enumerate(["Sprawy", "Sprawy/Kowal", "Sprawy/Pusty", "INBOX/Akta"], 1):
        mailbox.create(folder)
        if "Pusty" not in folder:
            mailbox.deliver_many((mail(number * 10 + each) for each in range(3)), folder)
    fetch_account(account.pk, account.owner_id, lease)
    before = folders_of(account)
    with as_user(account.owner_id):
        Folder.objects.filter(path="Sprawy/Kowal").update(chosen_role="archive")
    mailbox.rename_folder("Sprawy/Kowal", "Sprawy/Kowalski")
    mailbox.rename_folder("INBOX/Akta", "INBOX/Nowe")
    mailbox.set_flags(mailbox.uids("Sprawy/Kowalski")[:1], "\\Seen", "Sprawy/Kowalski")
    mailbox.deliver(mail(99), "Sprawy/Kowalski")
    assert fetch_account(account.pk, account.owner_id, lease).messages == 1
    after = folders_of(account)
    assert after["Sprawy/Kowalski"].pk == before["Sprawy/Kowal"].pk
    assert (after["Sprawy/Kowalski"].role, after["Sprawy/Kowalski"].unread) == ("archive", 3)
    assert after["INBOX/Nowe"].pk == before["INBOX/Akta"].pk
    assert not {"Sprawy/Kowal", "INBOX/Akta"} & after.keys()
    check(account, mailbox)
    mailbox.rename_folder("Sprawy", "Sprawy 2026")  # and all below it
    assert fetch_account(account.pk, account.owner_id, lease).messages == 0
    renamed = folders_of(account)
    for name in ("", "/Kowalski", "/Pusty"):
        assert renamed[f"Sprawy 2026{name}"].pk == after[f"Sprawy{name}"].pk
    check(account, mailbox)


def test_folders_whose_names_were_exchanged_show_what_lies_in_each(
    account: Account, lease: Lease, mailbox: Mailbox
) -> None:
    for number, folder in enumerate(["A", "B"], 1):
        mailbox.create(folder)
        mailbox.deliver_many((mail(number * 10 + each) for each in range(3)), folder)
    fetch_account(account.pk, account.owner_id, lease)
    for old, new in (("A", "C"), ("B", "A"), ("C", "B")):
        mailbox.rename_folder(old, new)
    fetch_account(account.pk, account.owner_id, lease)
    check(account, mailbox)
    with as_user(account.owner_id):
        assert Message.objects.count() == 6


def test_a_folder_removed_on_the_server_keeps_its_mail(account: Account, lease: Lease, mailbox: Mailbox) -> None:
    mailbox.create("Sprawy/Kowal")
    mailbox.deliver_many((mail(number) for number in range(3)), "Sprawy/Kowal")
    fetch_account(account.pk, account.owner_id, lease)
    kept = folders_of(account)["Sprawy/Kowal"]
    mailbox.delete_folder("Sprawy/Kowal")
    mailbox.deliver(mail(0))  # moved, and as a new message
    fetch_account(account.pk, account.owner_id, lease)
    gone = folders_of(account)["Sprawy/Kowal (gone)"]
    assert (gone.pk, gone.stored, gone.unread) == (kept.pk, 3, 3)
    with as_user(account.owner_id):
        assert Message.objects.count() == 3
    assert wrong_counters(account.owner) == []


def test_a_folder_that_was_removed_and_made_again_is_one_folder(
    account: Account, lease: Lease, mailbox: Mailbox
) -> None:
    for passes_between in (False, True):
        mailbox.create("Kowal")
        mailbox.deliver_many((mail(number) for number in range(3)), "Kowal")
        fetch_account(account.pk, account.owner_id, lease)
        before = folders_of(account)["Kowal"]
        mailbox.delete_folder("Kowal")
        if passes_between:
            fetch_account(account.pk, account.owner_id, lease)
        mailbox.create("Kowal")
        mailbox.deliver_many((mail(number) for number in (2, 7)), "Kowal")
        fetch_account(account.pk, account.owner_id, lease)
        assert folders_of(account)["Kowal"].pk == before.pk
        check(account, mailbox)
        mailbox.delete_folder("Kowal")


@pytest.mark.parametrize("passes_between", [False, True])
def test_a_folder_made_again_under_the_numbers_of_the_one_before_is_fetched(
    account: Account, lease: Lease, mailbox: Mailbox, passes_between: bool
) -> None:
    mailbox.create("Kowal")
    mailbox.deliver_many((mail(number) for number in range(6)), "Kowal")
    fetch_account(account.pk, account.owner_id, lease)
    before, kept = mailbox.uidvalidity("Kowal"), folders_of(account)["Kowal"]
    mailbox.delete_folder("Kowal")
    if passes_between:
        fetch_account(account.pk, account.owner_id, lease)
    mailbox.create("Kowal")
    mailbox.deliver_many((mail(number) for number in (7, 8, 3)), "Kowal")
    if passes_between:
        mailbox.deliver_many((mail(number) for number in range(20, 26)), "Kowal")
    mailbox.change_uidvalidity("Kowal", to=before)
    fetch_account(account.pk, account.owner_id, lease)
    assert folders_of(account)["Kowal"].pk == kept.pk
    check(account, mailbox)
    with as_user(account.owner_id):
        assert Message.objects.count() == (14 if passes_between else 8)


def test_what_was_done_in_a_folder_that_another_program_renamed_is_done_there(
    account: Account, lease: Lease, mailbox: Mailbox
) -> None:
    mailbox.create("Kowal")
    mailbox.deliver(mail(1), "Kowal")
    with as_user(account.owner_id):
        Account.objects.filter(pk=account.pk).update(mode=Mode.MANAGED)
    fetching = Fetching(account.pk, account.owner_id, lease)
    try:
        fetching.run()
        kept = folders_of(account)["Kowal"]
        mailbox.rename_folder("Kowal", "Kowalski")
        do(account.owner, uuid4(), Verb.STAR, Selection([kept.pk]))
        assert not fetching.replay()  # no pass has seen the new name: one is wanted
        fetching.run()
        with mailbox.session("Kowalski") as imap:
            assert imap.uid("SEARCH", "FLAGGED")[1] == [b"1"]
        mailbox.delete_folder("Kowalski")
        do(account.owner, uuid4(), Verb.UNSTAR, Selection([kept.pk]))
        do(account.owner, uuid4(), Verb.BIN, Selection([kept.pk]))
        for _ in range(2):  # listings that lack it
            fetching.replay()
            fetching.run()
    finally:
        fetching.close()
    with as_user(account.owner_id):
        (placed,) = Placement.objects.filter(gone_at=None)
        assert (placed.folder_id, placed.flagged) == (kept.pk, False)
        assert sorted(Operation.objects.values_list("kind", "state")) == [
            ("flag", "done"),
            ("flag", "local"),
            ("move", "refused"),
        ]
    assert wrong_counters(account.owner) == []


def test_what_goes_into_a_folder_that_another_program_renamed_goes_there(
    account: Account, lease: Lease, mailbox: Mailbox
) -> None:
    mailbox.create("Kowal")
    mailbox.deliver(mail(1), "Kowal")
    mailbox.deliver_many(mail(number) for number in (2, 3, 4))
    with as_user(account.owner_id):
        Account.objects.filter(pk=account.pk).update(mode=Mode.MANAGED)
    fetching = Fetching(account.pk, account.owner_id, lease)
    try:
        fetching.run()
        inbox, kept = folders_of(account)["INBOX"], folders_of(account)["Kowal"]
        mailbox.rename_folder("Kowal", "Kowalski")
        two, three = (message_of(account, number) for number in (2, 3))
        do(account.owner, uuid4(), Verb.MOVE, Selection([inbox.pk], [two]), target=kept.public_id)
        do(account.owner, uuid4(), Verb.COPY, Selection([inbox.pk], [three]), target=kept.public_id)
        assert not fetching.replay()
        fetching.run()
        assert folders_of(account)["Kowalski"].pk == kept.pk
        assert [len(mailbox.uids(name)) for name in ("INBOX", "Kowalski")] == [2, 3]
        fetching.run()
        check(account, mailbox)
        mailbox.delete_folder("Kowalski")
        do(account.owner, uuid4(), Verb.MOVE, Selection([inbox.pk], [three]), target=kept.public_id)
        for _ in range(2):  # listings that lack it
            assert not fetching.replay()
            fetching.run()
        assert fetching.replay()
    finally:
        fetching.close()
    assert len(mailbox.uids()) == 2
    with as_user(account.owner_id):
        refused = Operation.objects.get(state="refused")
        assert (refused.kind, refused.trouble) == ("move", Trouble.FOLDER_GONE)
        assert Placement.objects.filter(folder=inbox, gone_at=None).count() == 2
    assert wrong_counters(account.owner) == []


@pytest.mark.parametrize("removes", [False, True])
def test_a_folder_that_is_renamed_here_and_there_at_once_leaves_nothing_waiting(
    account: Account, lease: Lease, mailbox: Mailbox, removes: bool
) -> None:
    mailbox.create("Kowal")
    mailbox.deliver_many((mail(number) for number in (1, 2)), "Kowal")
    with as_user(account.owner_id):
        Account.objects.filter(pk=account.pk).update(mode=Mode.MANAGED)
    fetching = Fetching(account.pk, account.owner_id, lease)
    try:
        fetching.run()
        kept = folders_of(account)["Kowal"]
        mailbox.rename_folder("Kowal", "Nowak")
        if removes:
            remove_folder(account.owner, uuid4(), kept.public_id)
        else:
            do(account.owner, uuid4(), Verb.BIN, Selection([kept.pk], [message_of(account, 1)]))
            rename_folder(account.owner, uuid4(), kept.public_id, "Wiśniewski")
        for _ in range(3):
            fetching.run()
    finally:
        fetching.close()
    with as_user(account.owner_id):
        assert not Operation.objects.filter(state__in=["pending", "started"]).exists()
        assert Message.objects.count() == 2
    assert len(mailbox.uids("Nowak")) == (2 if removes else 1)
    assert (folders_of(account)["Nowak"].pk == kept.pk) is not removes
    assert wrong_counters(account.owner) == []


def test_folders_are_renamed_whatever_their_names(account: Account, lease: Lease, mailbox: Mailbox) -> None:
    names = {
        "Sprawa &AUI-": "Sprawa &AUEBQg-",
        "R&-D": "r&-d",
        "kowal": "Kowal",
        "INBOX/Umowy": "INBOX/umowy",
        'Pan "Nowak"': "Pan 'Nowak'",
    }
    for number, name in enumerate(names):
        mailbox.create(name)
        mailbox.deliver_many((mail(number * 10 + each) for each in range(2)), name)
    fetch_account(account.pk, account.owner_id, lease)
    with as_user(account.owner_id):
        before = {bytes(row.wire_name).decode(): row.pk for row in Folder.objects.all()}
    for name, to in names.items():
        mailbox.rename_folder(name, to)
    assert fetch_account(account.pk, account.owner_id, lease).messages == 0
    with as_user(account.owner_id):
        after = {bytes(row.wire_name).decode(): row.pk for row in Folder.objects.filter(gone_at=None)}
    assert [after[to] for to in names.values()] == [before[name] for name in names]
    check(account, mailbox)


def message_of(account: Account, number: int) -> UUID:
    with as_user(account.owner_id):
        found: UUID = Message.objects.values_list("public_id", flat=True).get(message_id=f"m{number}@a.example")
    return found


def test_a_refused_password_is_tried_once_more_and_then_waits_for_its_owner(account: Account, lease: Lease) -> None:
    with as_user(account.owner_id):
        seal_password(account, "not this one")
    fetching = Fetching(account.pk, account.owner_id, lease)
    report = fetching.run()
    assert report.stopped is not None
    assert report.stopped.trouble is Trouble.SIGNIN_REFUSED
    assert (now(account).state, now(account).trouble) == (State.TROUBLED, Trouble.SIGNIN_REFUSED)
    assert not fetching.waits_for_owner
    fetching.run()
    assert now(account).state == State.NEEDS_OWNER
    assert fetching.waits_for_owner
    assert "not this one" not in str(now(account).trouble_params) + now(account).trouble_detail
    fetching.close()
    with as_user(account.owner_id):
        seal_password(account, "sekret-do-poczty")
    assert fetch_account(account.pk, account.owner_id, lease).stopped is None
    assert (now(account).state, now(account).trouble_since) == (State.WORKING, None)


def test_a_password_that_cannot_be_opened_is_told_as_such_and_waits_for_its_owner(
    account: Account, lease: Lease
) -> None:
    with as_user(account.owner_id):
        Secret.objects.update(key_id="9999-gone")
    fetching = Fetching(account.pk, account.owner_id, lease)
    try:
        fetching.run()
    finally:
        fetching.close()
    assert (now(account).state, now(account).trouble) == (State.NEEDS_OWNER, Trouble.SECRET_BROKEN)

    async def listen() -> None:
        await anext(changes(account.pk, account.owner_id))

    with pytest.raises(Problem) as caught:
        asyncio.run(listen())
    assert caught.value.trouble is Trouble.SECRET_BROKEN


def test_a_connection_that_was_cut_between_passes_is_made_anew(
    account: Account, lease: Lease, mailbox: Mailbox, dovecot: Dovecot
) -> None:
    fetching = Fetching(account.pk, account.owner_id, lease)
    try:
        assert fetching.run().stopped is None
        mailbox.deliver(mail(1))
        dovecot.kill_connections()
        report = fetching.run()
    finally:
        fetching.close()
    assert (report.messages, report.stopped) == (1, None)


def test_whoever_asked_before_the_pass_gets_its_report(account: Account, lease: Lease, mailbox: Mailbox) -> None:
    mailbox.deliver(mail(1))
    asked = waiting_for(account)
    fetch_account(account.pk, account.owner_id, lease)
    with as_user(account.owner_id):
        asked.refresh_from_db()
    assert asked.done_at is not None
    assert asked.report["messages"] == 1


def test_a_worker_that_lost_its_lease_stops(account: Account, lease: Lease) -> None:
    with pytest.raises(LeaseLost):
        fetch_account(account.pk, account.owner_id, Lease(account.pk, lease.epoch - 1))
    with as_user(account.owner_id):
        assert not Folder.objects.exists()
    assert now(account).state == State.NEW


def test_a_full_disk_stops_the_pass_before_anything_is_written(
    account: Account, lease: Lease, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox.deliver_many(mail(number) for number in range(3))
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(10**12, 10**12 - 10**9, 10**9))  # type: ignore[attr-defined]
        report = fetch_account(account.pk, account.owner_id, lease)
    assert report.stopped is not None
    assert report.stopped.trouble is Trouble.DISK_FULL
    assert shown(account) == []
    assert now(account).state == State.TROUBLED
    assert fetch_account(account.pk, account.owner_id, lease).messages == 3
    assert verify_all().clean


def waiting_for(account: Account) -> FetchRequest:
    """Somebody who asked for its mail."""
    with as_user(account.owner_id):
        return FetchRequest.objects.create(office_id=account.office_id, owner_id=account.owner_id, account=account)


def stumble(*_: object) -> None:
    raise IndexError


def break_off(*_: object) -> None:
    raise Problem(Trouble.SERVER_CLOSED, host="play.example")


def test_what_nobody_foresaw_is_told_and_whoever_waits_is_answered(
    account: Account, lease: Lease, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox.deliver(mail(1))
    asked = waiting_for(account)
    with monkeypatch.context() as broken:
        broken.setattr(fetch, "bring_in", stumble)
        report = fetch_account(account.pk, account.owner_id, lease)
    assert report.stopped is not None
    assert (now(account).state, now(account).trouble) == (State.TROUBLED, Trouble.INTERNAL_FETCHING)
    with as_user(account.owner_id):
        asked.refresh_from_db()
    assert asked.report["stopped"]["trouble"] == Trouble.INTERNAL_FETCHING
    assert fetch_account(account.pk, account.owner_id, lease).messages == 1
    assert now(account).state == State.WORKING


@pytest.mark.parametrize("lost", [False, True])
def test_a_database_that_is_told_too_much_is_not_lost(
    account: Account, lease: Lease, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError from (psycopg.OperationalError() if lost else psycopg.errors.ProgramLimitExceeded())

    monkeypatch.setattr(fetch, "bring_in", fail)
    if lost:
        with pytest.raises(OperationalError):
            fetch_account(account.pk, account.owner_id, lease)
    else:
        report = fetch_account(account.pk, account.owner_id, lease)
        assert report.stopped is not None
        assert report.stopped.trouble is Trouble.INTERNAL_FETCHING


@pytest.mark.parametrize(("fail", "trouble"), [(stumble, Trouble.INTERNAL), (break_off, Trouble.SERVER_CLOSED)])
def test_acts_that_fail_foreseen_or_not_keep_no_mail_out(
    account: Account,
    lease: Lease,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    fail: Callable[..., None],
    trouble: Trouble,
) -> None:
    mailbox.deliver(mail(1))
    with as_user(account.owner_id):
        Account.objects.filter(pk=account.pk).update(mode=Mode.MANAGED)
    monkeypatch.setattr("teczka.sync.replay.replay", fail)
    fetching = Fetching(account.pk, account.owner_id, lease)
    try:
        first, second, third = (fetching.run() for _ in range(3))
    finally:
        fetching.close()
    assert (first.messages, second.messages) == (0, 1)
    assert first.stopped is not None
    assert second.stopped is None  # or the next pass would wait ever longer, and mail with it
    assert [problem.trouble for _, problem in second.problems] == [trouble]
    assert "connecting" in third.seconds  # nobody knows what would come over the old connection
    assert now(account).state == State.WORKING


def test_after_acts_that_failed_between_passes_mail_comes_first_and_over_a_new_connection(
    account: Account, lease: Lease, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with as_user(account.owner_id):
        Account.objects.filter(pk=account.pk).update(mode=Mode.MANAGED)
    fetching = Fetching(account.pk, account.owner_id, lease)
    try:
        assert fetching.run().stopped is None
        monkeypatch.setattr("teczka.sync.replay.replay", stumble)
        with pytest.raises(IndexError):
            fetching.replay()
        mailbox.deliver(mail(1))
        report = fetching.run()
    finally:
        fetching.close()
    assert report.messages == 1
    assert "connecting" in report.seconds


def test_where_what_is_missing_cannot_be_counted_the_outcome_is_told_all_the_same(
    account: Account, lease: Lease, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox.deliver(mail(1))
    asked = waiting_for(account)
    monkeypatch.setattr(fetch, "unfetched_of", stumble)
    report = fetch_account(account.pk, account.owner_id, lease)
    assert (report.messages, now(account).trouble) == (1, Trouble.INTERNAL_FETCHING)
    with as_user(account.owner_id):
        asked.refresh_from_db()
    assert asked.done_at is not None


def test_a_problem_is_told_once_however_often_a_pass_was_gone_on_with(
    account: Account, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks = iter([True, True, False])

    def bring_in(remote: object, local: object, report: Report, acts: object) -> None:
        report.problems.append(("Praca", Problem(Trouble.FOLDER_LONG, folder="Praca")))
        report.messages += 1
        if next(breaks):
            raise Problem(Trouble.SERVER_CLOSED, host="play.example")

    monkeypatch.setattr(fetch, "bring_in", bring_in)
    report = fetch_account(account.pk, account.owner_id, lease)
    assert (report.messages, report.stopped, len(report.problems)) == (3, None, 1)


def test_folders_that_a_pass_left_out_are_kept_until_a_whole_one_fetches_them(
    account: Account, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = Problem(Trouble.FOLDER_REFUSED, host="play.example", folder="Wspólne/Z góry")
    outcomes: list[tuple[list[Problem], Problem | None]] = [
        ([refused, Problem(Trouble.FOLDER_CHANGED, folder="Praca")], None),
        ([refused], None),
        ([], Problem(Trouble.SERVER_BUSY, host="play.example")),
        ([], None),
    ]

    def bring_in(remote: object, local: object, report: Report, acts: object) -> None:
        problems, report.stopped = outcomes.pop(0)
        report.problems += [("", problem) for problem in problems]

    monkeypatch.setattr(fetch, "bring_in", bring_in)
    kept = [{"folder": "Wspólne/Z góry", "trouble": "folder.refused"}]
    for left_out, told in ((kept, 2), (kept, 1), (kept, 0), ([], 0)):
        report = fetch_account(account.pk, account.owner_id, lease)
        assert (now(account).left_out, len(report.problems)) == (left_out, told)


def test_a_folder_that_its_server_cannot_open_holds_up_none_behind_it_and_is_told_until_it_comes(
    account: Account, lease: Lease, mailbox: Mailbox
) -> None:
    """Dovecot says NO [SERVERBUG] to it, as long as it is so."""
    mailbox.deliver(mail(1), "Akta")
    mailbox.deliver(mail(2), "Praca")
    broken = mailbox.maildir / ".Akta"
    broken.chmod(0)
    first = fetch_account(account.pk, account.owner_id, lease)
    left_out = now(account).left_out
    broken.chmod(0o700)
    second = fetch_account(account.pk, account.owner_id, lease)
    assert (first.messages, first.stopped, left_out) == (1, None, [{"folder": "Akta", "trouble": "folder.refused"}])
    assert (second.messages, second.problems, now(account).left_out) == (1, [], [])
