"""The life of an external account, against a real server (actions/accounts.py, actions/rest.py)."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from teczka.actions import rest
from teczka.actions.account_rows import described
from teczka.actions.accounts import (
    account_of,
    accounts_of,
    add_account,
    check_room,
    edit_account,
    reconnect_account,
    show_in_unified,
)
from teczka.actions.asking import ask
from teczka.actions.fetch import fetch_account, fetch_alone
from teczka.actions.policy import save_policy, set_limit
from teczka.actions.removal import remove_the_doomed
from teczka.actions.rest import delete_account, pause_account, resume_account, take_back
from teczka.actions.secrets import open_password
from teczka.actions.verify import verify_all
from teczka.core.accounts import Endpoint, Farewell, Mode, NewAccount, Protocol, State
from teczka.core.errors import AlreadyThere, LeaseLost, NotAllowed, Problem, Trouble
from teczka.core.ladder import Rung
from teczka.core.policy import Policy
from teczka.store.models import Account, Folder, Message, Placement, Secret, User
from teczka.store.models.accounts import accounts_at_work
from teczka.store.queries.accounts import accounts
from teczka.store.viewer import as_user
from tests.cast import Cast, make_account, make_cast, now
from tests.conftest import OwnDatabase
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.leased import leased

pytestmark = pytest.mark.dovecot


@pytest.fixture
def cast(own_database: OwnDatabase) -> Cast:
    return make_cast()


@pytest.fixture
def new(dovecot: Dovecot, mailbox: Mailbox) -> NewAccount:
    return NewAccount(
        address="anna@poczta.example",
        username=mailbox.username,
        password=mailbox.password,
        incoming=Endpoint("localhost", dovecot.tls_port, "tls"),
        ca_pem=dovecot.ca_pem,
    )


@pytest.fixture
def account(cast: Cast, new: NewAccount) -> Account:
    return add_account(cast.anna, new)


@pytest.fixture
def deaf() -> Iterator[Endpoint]:
    """A server that refuses connections, and is noticed where one is tried."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield Endpoint("127.0.0.1", int(taken.getsockname()[1]), "tls")


def mail(number: int) -> bytes:
    return f"Message-ID: <m{number}@a.example>\r\nSubject: Sprawa {number}\r\n\r\nTreść {number}\r\n".encode()


def on_disk(mailbox: Mailbox) -> dict[str, bytes]:
    """The server's own files: a Maildir's names hold the flags, and its folders whether anybody has looked."""
    files = [path for folder in ("new", "cur") for path in (mailbox.maildir / folder).iterdir()]
    return {str(path.relative_to(mailbox.maildir)): path.read_bytes() for path in files}


BY_DIGEST = {sha256(mail(number)).hexdigest(): f"Sprawa {number}" for number in range(200)}


def password_of(account: Account) -> str:
    with as_user(account.owner_id):
        return open_password(account)


def listed(account: Account) -> int:
    with as_user(account.owner_id):
        return Placement.objects.filter(folder__account=account, gone_at=None).count()


def held(account: Account) -> int:
    with as_user(account.owner_id):
        return Message.objects.filter(account=account).count()


def test_the_office_limit_holds_and_an_administrator_changes_it_for_all_or_for_one(cast: Cast, new: NewAccount) -> None:
    for number in range(4):
        make_account(cast.anna, f"{number}@poczta.example")
    with pytest.raises(Problem) as full:
        add_account(cast.anna, new)
    assert (full.value.trouble, full.value.params) == (Trouble.ACCOUNT_LIMIT, {"most": 4})
    set_limit(cast.dorota, cast.anna.public_id, 5)
    cast.anna.refresh_from_db()
    add_account(cast.anna, new)
    with pytest.raises(Problem):
        add_account(cast.anna, replace(new, address="sixth@poczta.example"))
    set_limit(cast.dorota, cast.anna.public_id, None)
    save_policy(cast.dorota, Policy(account_limit=6))
    cast.anna.refresh_from_db()
    add_account(cast.anna, replace(new, address="sixth@poczta.example"))


def test_two_that_are_added_at_once_are_no_more_than_one(cast: Cast, new: NewAccount) -> None:
    set_limit(cast.dorota, cast.anna.public_id, 1)

    def add(number: int) -> Account | Trouble:
        try:
            actor = User.objects.get(pk=cast.anna.pk)
            return add_account(actor, replace(new, address=f"{number}@poczta.example"))
        except Problem as problem:
            return problem.trouble
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(add, range(2)))
    refused = [one for one in done if isinstance(one, Trouble)]
    assert len(refused) == 1
    assert refused[0] in {Trouble.ACCOUNT_LIMIT, Trouble.CHECK_BUSY}
    assert len(accounts_of(cast.anna)) == 1


def test_how_long_a_first_download_will_take_is_reckoned_from_its_speed(
    cast: Cast, account: Account, mailbox: Mailbox
) -> None:
    mailbox.deliver_many(mail(number) for number in range(4))
    fetch_alone(account)
    since = now(account).fetching_since
    assert since is not None
    with as_user(cast.anna.pk):
        Account.objects.update(state=State.FETCHING)
        Folder.objects.filter(path="INBOX").update(on_server=12)
    (line,) = accounts(cast.anna)
    assert line.time_left(since + timedelta(seconds=30)) == timedelta(seconds=60)
    assert line.time_left(since + timedelta(seconds=1)) is None  # it says nothing yet
    pause_account(cast.anna, account.public_id)
    assert accounts(cast.anna)[0].time_left(since + timedelta(seconds=30)) is None


def test_a_deleted_account_leaves_room_for_another(cast: Cast, account: Account, new: NewAccount) -> None:
    set_limit(cast.dorota, cast.anna.public_id, 1)
    cast.anna.refresh_from_db()
    delete_account(cast.anna, account.public_id, Farewell.ARCHIVE)
    add_account(cast.anna, new)
    with pytest.raises(Problem) as full:
        take_back(cast.anna, account.public_id)
    assert full.value.trouble is Trouble.ACCOUNT_LIMIT


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        (Policy(forbidden_domains=frozenset({"example"})), False),
        (Policy(forbidden_domains=frozenset({"ta.example"})), True),
        (Policy(allowed_domains=frozenset({"kancelaria.example"})), False),
        (Policy(allowed_domains=frozenset({"Poczta.Example. "})), True),
        (Policy(allowed_domains=frozenset({"poczta.example"}), forbidden_domains=frozenset({"poczta.example"})), False),
    ],
)
def test_domains_are_allowed_or_forbidden_by_the_office(
    cast: Cast, new: NewAccount, policy: Policy, allowed: bool
) -> None:
    save_policy(cast.dorota, policy)
    if allowed:
        assert add_account(cast.anna, new).address == new.address
    else:
        with pytest.raises(Problem) as refused:
            add_account(cast.anna, new)
        assert refused.value.trouble is Trouble.ACCOUNT_DOMAIN


def test_no_connection_is_plain_but_to_a_host_that_an_administrator_named(
    cast: Cast, new: NewAccount, dovecot: Dovecot
) -> None:
    plain = replace(new, incoming=Endpoint("localhost", dovecot.plain_port, "plain"))
    with pytest.raises(Problem) as refused:
        add_account(cast.anna, plain)
    assert refused.value.trouble is Trouble.TLS_REQUIRED
    save_policy(cast.dorota, Policy(plain_hosts=frozenset({"LOCALHOST"})))
    with pytest.raises(Problem) as outgoing:
        add_account(cast.anna, replace(plain, outgoing=Endpoint("127.0.0.1", dovecot.plain_port, "plain")))
    assert outgoing.value.params == {"host": "127.0.0.1"}
    assert add_account(cast.anna, plain).security == "plain"


def test_each_account_gets_a_colour_of_its_own(cast: Cast, new: NewAccount) -> None:
    make_account(cast.anna, "first@poczta.example", colour=0)
    make_account(cast.bartek, "his@poczta.example", colour=1)
    assert add_account(cast.anna, new).colour == 1


def test_a_second_account_of_a_name_is_called_by_its_address(cast: Cast, account: Account, new: NewAccount) -> None:
    second = add_account(cast.anna, replace(new, address="biuro@poczta.example"))
    named = add_account(cast.anna, replace(new, address="sekretariat@poczta.example", provider_name="Sekretariat"))
    his = add_account(cast.bartek, replace(new, address="bartek@poczta.example"))
    assert [one.provider_name for one in (account, second, named, his)] == [
        "poczta.example",
        "biuro@poczta.example",
        "Sekretariat",
        "poczta.example",
    ]


def test_an_edit_without_a_password_keeps_the_one_that_is_there(cast: Cast, account: Account, new: NewAccount) -> None:
    edit_account(cast.anna, account.public_id, replace(described(account), provider_name="Kancelaria", colour=5))
    assert (now(account).provider_name, now(account).colour) == ("Kancelaria", 5)
    assert password_of(account) == new.password


def test_what_decides_how_we_get_in_is_tested_before_it_is_saved(
    cast: Cast, account: Account, new: NewAccount, deaf: Endpoint
) -> None:
    for wrong in (
        replace(described(account), incoming=deaf),
        replace(described(account), username="nobody", password="not this one"),
        replace(described(account), password="not this one"),
    ):
        with pytest.raises(Problem):
            edit_account(cast.anna, account.public_id, replace(wrong, provider_name="changed"))
    left = now(account)
    assert (left.provider_name, left.port, left.username) == (account.provider_name, account.port, account.username)
    assert password_of(account) == new.password


@pytest.mark.parametrize("host", ["127.0.0.1", "mail.elsewhere.example", "localhost.elsewhere.example"])
def test_the_kept_password_goes_to_no_other_server(cast: Cast, account: Account, new: NewAccount, host: str) -> None:
    """Not to the outgoing one either: that one is saved even where it lets nobody in, and would be asked at the next check."""
    elsewhere = replace(new.incoming, host=host)
    for wish in (replace(described(account), incoming=elsewhere), replace(described(account), outgoing=elsewhere)):
        rungs: list[Rung] = []
        with pytest.raises(Problem) as refused:
            edit_account(cast.anna, account.public_id, wish, rungs.append)
        assert (refused.value.trouble, refused.value.params) == (Trouble.SIGNIN_ANEW, {"host": host})
        assert not rungs, "nothing was connected to"
    assert (now(account).host, now(account).smtp_host) == (account.host, account.smtp_host)


def test_names_and_colours_are_changed_without_asking_the_server(cast: Cast, account: Account, deaf: Endpoint) -> None:
    with as_user(account.owner_id):
        Account.objects.update(host=deaf.host, port=deaf.port)
    new = replace(described(now(account)), sender_name="adw. Anna", colour=3, mode=Mode.MANAGED)
    edit_account(cast.anna, account.public_id, new)
    show_in_unified(cast.anna, account.public_id, False)
    left = now(account)
    assert (left.sender_name, left.colour, left.in_unified, left.mode) == ("adw. Anna", 3, False, Mode.MANAGED)


def test_reconnecting_in_place_keeps_the_mail(cast: Cast, account: Account, dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.deliver_many(mail(number) for number in range(3))
    fetch_alone(account)
    with as_user(account.owner_id):
        Account.objects.update(state=State.NEEDS_OWNER, trouble=Trouble.SIGNIN_REFUSED, trouble_since=timezone.now())
        Secret.objects.all().delete()
    with pytest.raises(Problem):
        reconnect_account(cast.anna, account.public_id, password="not this one")
    assert now(account).state == State.NEEDS_OWNER
    reconnect_account(cast.anna, account.public_id, password=mailbox.password)
    assert (now(account).state, now(account).trouble, now(account).trouble_since) == (State.WORKING, "", None)
    report = fetch_alone(now(account))
    assert report is not None
    assert (report.messages, listed(account)) == (0, 3)


def test_another_server_is_compared_with_what_we_hold_and_nothing_is_doubled_or_lost(
    cast: Cast, account: Account, dovecot: Dovecot, mailbox: Mailbox
) -> None:
    """Its UIDVALIDITY and UIDs are those of other messages by chance: the same numbers, renamed underneath."""
    mailbox.deliver_many(mail(number) for number in range(20))
    fetch_alone(account)
    other = dovecot.add_user()
    other.deliver_many(mail(number) for number in range(5, 25))
    for turn in range(3):
        target = (other, mailbox)[turn % 2]
        moved = replace(described(now(account)), username=target.username, password=target.password)
        with as_user(account.owner_id):
            Account.objects.filter(pk=account.pk).update(left_out=[{"folder": "Akta", "trouble": "folder.refused"}])
        edit_account(cast.anna, account.public_id, moved)
        assert now(account).left_out == []  # those were the other server's
        report = fetch_alone(now(account))
        assert report is not None
        assert report.stopped is None
        assert listed(account) == 20
        assert verify_all().clean, verify_all().faults
    assert held(account) == 25


def test_another_protocol_keeps_what_was_downloaded_and_doubles_nothing(
    cast: Cast, account: Account, dovecot: Dovecot, mailbox: Mailbox
) -> None:
    mailbox.create("Sprawy")
    mailbox.deliver_many(mail(number) for number in range(20))
    mailbox.deliver_many((mail(number) for number in range(30, 33)), "Sprawy")
    fetch_alone(account)
    mailbox.expunge(mailbox.uids()[:2])  # POP3 will not name them
    imap = Endpoint("localhost", dovecot.tls_port, "tls")
    pop3 = Endpoint("localhost", dovecot.pop3s_port, "tls")
    for turn, (protocol, server) in enumerate(((Protocol.POP3, pop3), (Protocol.IMAP, imap)) * 2):
        changed = replace(described(now(account)), protocol=protocol, incoming=server)
        edit_account(cast.anna, account.public_id, changed)
        mailbox.deliver(mail(100 + turn))
        report = fetch_alone(now(account))
        assert report is not None
        assert report.stopped is None
        assert held(account) == 23 + turn + 1
        assert inbox(account) >= {f"Sprawa {number}" for number in (*range(2, 20), *range(100, 101 + turn))}
        assert len(inbox_list(account)) == len(inbox(account))
        assert verify_all().clean, verify_all().faults
        again = fetch_alone(now(account))
        assert again is not None
        assert (again.messages, again.bytes) == (0, 0)


def inbox_list(account: Account) -> list[str]:
    with as_user(account.owner_id):
        placed = Placement.objects.filter(folder__account=account, folder__path="INBOX", gone_at=None)
        return [bytes(one.message.sha256).hex() for one in placed.select_related("message")]


def inbox(account: Account) -> set[str]:
    return {BY_DIGEST[digest] for digest in inbox_list(account)}


def test_an_edit_takes_the_lease_from_whoever_is_connected(cast: Cast, account: Account, mailbox: Mailbox) -> None:
    with leased(account.pk) as lease:
        edit_account(cast.anna, account.public_id, replace(described(account), password=mailbox.password))
        with pytest.raises(LeaseLost):
            fetch_account(account.pk, account.owner_id, lease)


def test_a_paused_account_is_nobodys_to_fetch_until_it_is_resumed(
    cast: Cast, account: Account, mailbox: Mailbox
) -> None:
    with leased(account.pk) as lease:
        pause_account(cast.anna, account.public_id)
        pause_account(cast.anna, account.public_id)
        with pytest.raises(LeaseLost):
            fetch_account(account.pk, account.owner_id, lease)
    assert accounts_at_work() == []
    for act in (fetch_alone, ask):
        with pytest.raises(Problem) as resting:
            act(now(account))
        assert resting.value.trouble is Trouble.ACCOUNT_RESTS
    with leased(account.pk) as fresh, pytest.raises(LeaseLost):  # a worker that had not heard yet
        fetch_account(account.pk, account.owner_id, fresh)
    resume_account(cast.anna, account.public_id)
    mailbox.deliver(mail(1))
    report = fetch_alone(now(account))
    assert report is not None
    assert report.messages == 1


@pytest.mark.parametrize("farewell", [Farewell.ARCHIVE, Farewell.REMOVE])
def test_a_deleted_account_loses_its_secret_at_once_and_leaves_the_server_untouched(
    cast: Cast, account: Account, mailbox: Mailbox, farewell: Farewell
) -> None:
    mailbox.deliver_many(mail(number) for number in range(3))
    before = on_disk(mailbox)
    assert len(before) == 3
    fetch_alone(account)
    delete_account(cast.anna, account.public_id, farewell)
    with as_user(account.owner_id):
        assert not Secret.objects.exists()
    assert accounts_at_work() == []
    assert accounts_of(cast.anna) == []
    with pytest.raises(Problem):
        fetch_alone(now(account))
    with as_user(account.owner_id):
        Account.objects.update(deleted_at=timezone.now() - timedelta(days=6))
    assert remove_the_doomed(threading.Event()) == 0
    assert on_disk(mailbox) == before
    assert (held(account), listed(account)) == (3, 3)


def test_a_deletion_is_taken_back_for_seven_days_and_then_wants_the_password(
    cast: Cast, account: Account, mailbox: Mailbox
) -> None:
    mailbox.deliver(mail(1))
    fetch_alone(account)
    delete_account(cast.anna, account.public_id, Farewell.REMOVE)
    take_back(cast.anna, account.public_id)
    left = now(account)
    assert (left.state, left.trouble, left.farewell) == (State.NEEDS_OWNER, Trouble.SECRET_MISSING, "")
    report = fetch_alone(left)
    assert report is not None
    assert report.stopped is not None
    assert report.stopped.trouble is Trouble.SECRET_MISSING
    assert now(account).state == State.NEEDS_OWNER
    reconnect_account(cast.anna, account.public_id, password=mailbox.password)
    report = fetch_alone(now(account))
    assert report is not None
    assert (report.stopped, report.messages, listed(account)) == (None, 0, 1)
    delete_account(cast.anna, account.public_id, Farewell.REMOVE)
    with as_user(account.owner_id):
        Account.objects.update(deleted_at=timezone.now() - timedelta(days=7, minutes=1))
    with pytest.raises(NotAllowed):
        take_back(cast.anna, account.public_id)


def test_what_was_added_anew_meanwhile_stands_in_the_way_of_taking_back(
    cast: Cast, account: Account, new: NewAccount
) -> None:
    with pytest.raises(AlreadyThere):
        add_account(cast.anna, new)
    delete_account(cast.anna, account.public_id, Farewell.ARCHIVE)
    add_account(cast.anna, new)
    with pytest.raises(AlreadyThere):
        take_back(cast.anna, account.public_id)


def test_two_that_are_taken_back_at_once_are_no_more_than_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    set_limit(cast.dorota, cast.anna.public_id, 1)
    gone = {"deleted_at": timezone.now(), "farewell": Farewell.ARCHIVE}
    two = [make_account(cast.anna, f"{number}@poczta.example", **gone) for number in range(2)]
    both_looked = threading.Barrier(2, timeout=0.5)

    def look(actor: User) -> None:
        check_room(actor)
        with suppress(threading.BrokenBarrierError):
            both_looked.wait()

    monkeypatch.setattr(rest, "check_room", look)

    def again(account: Account) -> Trouble | None:
        try:
            take_back(User.objects.get(pk=cast.anna.pk), account.public_id)
        except Problem as problem:
            return problem.trouble
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(again, two))
    assert sorted(done, key=bool) == [None, Trouble.ACCOUNT_LIMIT]


def test_an_archive_may_be_sent_after_its_account_and_a_removal_is_no_archive(cast: Cast, account: Account) -> None:
    delete_account(cast.anna, account.public_id, Farewell.ARCHIVE)
    since = now(account).deleted_at
    delete_account(cast.anna, account.public_id, Farewell.ARCHIVE)
    assert now(account).deleted_at == since
    delete_account(cast.anna, account.public_id, Farewell.REMOVE)
    assert now(account).farewell == Farewell.REMOVE
    with pytest.raises(NotAllowed):
        delete_account(cast.anna, account.public_id, Farewell.ARCHIVE)


def test_nobody_else_does_anything_with_an_account(cast: Cast, account: Account, new: NewAccount) -> None:
    before = now(account)
    for stranger in cast.strangers:
        for act in (
            lambda who: account_of(who, account.public_id),
            lambda who: edit_account(who, account.public_id, new),
            lambda who: reconnect_account(who, account.public_id, password="haslo"),
            lambda who: show_in_unified(who, account.public_id, False),
            lambda who: pause_account(who, account.public_id),
            lambda who: resume_account(who, account.public_id),
            lambda who: delete_account(who, account.public_id, Farewell.REMOVE),
            lambda who: take_back(who, account.public_id),
            lambda who: account_of(who, uuid4()),
        ):
            with pytest.raises(NotAllowed):
                act(stranger)
    with as_user(account.owner_id):
        assert Account.objects.filter(pk=account.pk).values().get() == {
            name: value for name, value in before.__dict__.items() if name != "_state"
        }
