"""The end of a deleted account: its mail is really gone, and nothing of anybody else's (actions/removal.py)."""

import threading
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from teczka.actions.acts import Selection, do
from teczka.actions.packs import remove_retired
from teczka.actions.reading import read_some
from teczka.actions.removal import remove_the_doomed
from teczka.actions.rest import delete_account
from teczka.actions.verify import verify_all
from teczka.core.accounts import Farewell
from teczka.core.acts import Verb
from teczka.core.outgoing import State
from teczka.store.blobs import blobs
from teczka.store.models import (
    Account,
    Act,
    CaseMember,
    Correspondent,
    Enclosure,
    Folder,
    Identity,
    Message,
    Operation,
    Outgoing,
    OutgoingEvent,
    Pack,
    Placement,
    Recipient,
    Thread,
    ThreadLink,
    User,
)
from teczka.store.packs.format import key
from teczka.store.packs.writer import write_pack
from teczka.store.queries.accounts import accounts
from teczka.store.queries.audit import lines
from teczka.store.viewer import as_user
from tests.cases import file, make_case
from tests.cast import Cast, make_account, make_cast
from tests.conftest import OwnDatabase
from tests.faults.lives import EVERY, Points, has_died, in_a_child
from tests.stored import store
from tests.web.mailroom import share

OURS = ["store_message", "store_part", "store_text", "store_terms", "store_placement", "store_pack", "store_folder"]


@pytest.fixture
def cast(own_database: OwnDatabase) -> Cast:
    return make_cast()


@pytest.fixture
def doomed(cast: Cast) -> Account:
    return fill(cast.anna, "anna@dawna.example")


@pytest.fixture
def other(cast: Cast) -> Account:
    """What must not be touched: the same person's, with answers in the same threads."""
    account = make_account(cast.anna, "anna@zostaje.example")
    store(account, [raw(number, "odpowiedź") for number in range(3)])
    read_all()
    return account


def raw(number: int, word: str = "list") -> bytes:
    return (
        f"Message-ID: <{word}{number}@a.example>\r\nReferences: <root{number}@a.example>\r\nSubject: {word} {number}\r\n\r\n"
        f"{word} {number}\r\n"
    ).encode()


def fill(owner: User, address: str) -> Account:
    """Three packs in two folders, read, but for the last."""
    account = make_account(owner, address)
    store(account, [raw(number) for number in range(6)])
    store(account, [raw(number) for number in range(4, 9)], folder="Archiwum")
    read_all()
    store(account, [raw(99)], first_uid=50)
    return account


def read_all() -> None:
    while read_some(100):
        pass


def bury(account: Account, days: float = 7.01) -> None:
    delete_account(User.objects.get(pk=account.owner_id), account.public_id, Farewell.REMOVE)
    with as_user(account.owner_id):
        Account.objects.filter(pk=account.pk).update(deleted_at=timezone.now() - timedelta(days=days))


def files(account: Account) -> list[Path]:
    with as_user(account.owner_id):
        packs = list(Pack.objects.filter(account=account))
    found = [blobs().local(key(pack.pk)) for pack in packs]
    return [file for file in found if file is not None]


def rows(owner: User) -> dict[str, int]:
    with as_user(owner.pk), connection.cursor() as cursor:
        counted = {}
        for table in [*OURS, "store_grant", "store_thread", "store_threadlink", "store_account"]:
            cursor.execute(f"SELECT count(*) FROM {table}")
            counted[table] = cursor.fetchone()[0]
    return counted


def test_nothing_goes_before_its_time(cast: Cast, doomed: Account) -> None:
    bury(doomed, days=6.9)
    before = rows(cast.anna)
    assert remove_the_doomed(threading.Event()) == 0
    assert rows(cast.anna) == before
    assert all(file.exists() for file in files(doomed))


def test_an_archive_never_goes(cast: Cast, doomed: Account) -> None:
    delete_account(cast.anna, doomed.public_id, Farewell.ARCHIVE)
    with as_user(cast.anna.pk):
        Account.objects.update(deleted_at=timezone.now() - timedelta(days=700))
    before = rows(cast.anna)
    assert remove_the_doomed(threading.Event()) == 0
    assert rows(cast.anna) == before


def test_rows_and_bytes_are_gone_after_seven_days_and_nothing_else_is(
    cast: Cast, doomed: Account, other: Account
) -> None:
    bytes_of = files(doomed)
    assert len(bytes_of) == 3
    bury(doomed)
    assert remove_the_doomed(threading.Event()) == 3
    assert not any(file.exists() for file in bytes_of)
    with as_user(cast.anna.pk):
        assert list(Account.objects.all()) == [other]
        assert set(Message.objects.values_list("account", flat=True)) == {other.pk}
        assert Thread.objects.count() == 3
        assert not ThreadLink.objects.exclude(thread__in=Thread.objects.all()).exists()
        assert not Thread.objects.filter(subject__startswith="list 5").exists()
        assert all(
            thread.newest_at == Message.objects.filter(thread=thread).latest("internaldate").internaldate
            for thread in Thread.objects.all()
        )
    assert verify_all().clean
    assert remove_the_doomed(threading.Event()) == 0


def test_what_was_done_and_written_goes_with_the_account_and_nothing_of_another(
    cast: Cast, doomed: Account, other: Account
) -> None:
    for account in (doomed, other):
        act_and_write(account, State.SENT)
    bury(doomed)
    remove_the_doomed(threading.Event())
    with as_user(cast.anna.pk):
        for table in (Operation, Identity, Outgoing, Correspondent):
            assert [row.account_id for row in table.objects.all()] == [other.pk], table.__name__
        assert [act.operations.count() for act in Act.objects.all()] == [1]
        assert Enclosure.objects.count() == Recipient.objects.count() == OutgoingEvent.objects.count() == 1
    assert verify_all().clean


@pytest.mark.parametrize(
    ("state", "trouble"), [(State.DRAFT, ""), (State.FAILED, "sending.deleted"), (State.SENT, "sending.partly")]
)
def test_what_was_written_and_not_sent_is_not_removed_with_the_mail(
    cast: Cast, doomed: Account, state: State, trouble: str
) -> None:
    act_and_write(doomed, state)
    with as_user(cast.anna.pk):
        Outgoing.objects.update(trouble=trouble)
        if state is State.SENT:  # our copy in Sent is of the same bytes
            Outgoing.objects.update(pack=Message.objects.earliest("pk").pack)
    bury(doomed)
    remove_the_doomed(threading.Event())
    assert verify_all().clean
    with as_user(cast.anna.pk):
        assert [row.state for row in Outgoing.objects.all()] == [state]
        assert not Message.objects.exists()
        pack = Enclosure.objects.get().pack_id
        assert Pack.objects.get().pk == pack
        Outgoing.objects.update(state=State.CANCELLED)
    remove_the_doomed(threading.Event())
    with as_user(cast.anna.pk):
        assert not Outgoing.objects.exists()
        assert not Account.objects.exists()
        assert not Pack.objects.exists()


def test_a_file_that_went_over_to_another_accounts_letter_stays_with_it(
    cast: Cast, doomed: Account, other: Account
) -> None:
    act_and_write(doomed)
    with as_user(cast.anna.pk):
        Outgoing.objects.update(account=other, identity=None)
        pack = Enclosure.objects.get().pack_id
    bury(doomed)
    remove_the_doomed(threading.Event())
    with as_user(cast.anna.pk):
        assert Pack.objects.get(pk=pack).account_id == other.pk
    file = blobs().local(key(pack))
    assert file
    assert file.exists()


def act_and_write(account: Account, state: State = State.DRAFT) -> None:
    """A star that its server does not know of, and a letter with a file."""
    with as_user(account.owner_id):
        Account.objects.filter(pk=account.pk).update(mode="managed")
        folder = Folder.objects.filter(account=account).order_by("pk").first()
        chosen = Message.objects.filter(account=account).order_by("pk").first()
    assert folder
    assert chosen
    do(account.owner, uuid4(), Verb.STAR, Selection([folder.pk], [chosen.public_id]))
    owner = {"office_id": account.office_id, "owner_id": account.owner_id}
    with as_user(account.owner_id):
        packed = write_pack(blobs(), [b"a file"])
        pack = Pack.objects.create(id=packed.id, account=account, size=packed.size, **owner)
        identity = Identity.objects.create(account=account, address=account.address, **owner)
        letter = Outgoing.objects.create(
            account=account,
            identity=identity,
            from_address="a@a",
            message_id=str(account.pk),
            answers=chosen,
            state=state,
            **owner,
        )
        Enclosure.objects.create(outgoing=letter, name="a", content_type="a/b", size=6, pack=pack, **owner)
        Recipient.objects.create(outgoing=letter, owner_id=account.owner_id, kind="to", address="b@b")
        OutgoingEvent.objects.create(outgoing=letter, owner_id=account.owner_id, what="made")
        Correspondent.objects.create(account=account, address="b@b", last_at=timezone.now(), **owner)


def test_the_last_account_leaves_nothing(cast: Cast, doomed: Account) -> None:
    bury(doomed)
    remove_the_doomed(threading.Event())
    assert set(rows(cast.anna).values()) == {0}


def test_what_others_were_granted_stays_theirs_in_a_pack_of_its_own(cast: Cast, doomed: Account) -> None:
    with as_user(cast.anna.pk):
        shared = Message.objects.get(subject="list 2")
    share(shared, cast.bartek)
    before = files(doomed)
    bury(doomed)
    remove_the_doomed(threading.Event())
    assert not any(file.exists() for file in before)
    with as_user(cast.bartek.pk):
        assert [one.subject for one in Message.objects.all()] == ["list 2"]
    with as_user(cast.anna.pk):
        assert (Message.objects.count(), Placement.objects.count(), Folder.objects.count()) == (1, 0, 0)
        assert Pack.objects.count() == 1
    assert accounts(cast.anna) == []
    found = verify_all()
    assert found.clean, found.faults
    assert found.messages == 1
    assert remove_the_doomed(threading.Event()) == 0


def test_what_was_filed_stays_in_its_case_as_private_as_it_was(cast: Cast, doomed: Account) -> None:
    case = make_case(cast.anna, "Kowalski p. Nowak", cast.bartek)
    left = make_case(cast.anna, "Opuszczona", cast.bartek, walled=True)
    with as_user(cast.anna.pk):
        kept, of_left, undone = (Message.objects.get(subject=f"list {number}") for number in range(3))
    file(kept, cast.anna, case)
    file(of_left, cast.anna, left)
    file(undone, cast.anna, case, undone_at=timezone.now())
    with as_user(cast.bartek.pk):
        CaseMember.objects.filter(case=left, user=cast.anna).delete()
    bury(doomed)
    remove_the_doomed(threading.Event())
    remove_the_doomed(threading.Event())
    with as_user(cast.anna.pk):
        assert {one.subject for one in Message.objects.all()} == {"list 0", "list 1"}
    with as_user(cast.bartek.pk):
        assert not Message.objects.exists()
    assert verify_all().clean
    assert [line.verb for line in lines(cast.anna)].count("account.remove") == 1


def test_killed_at_any_point_and_begun_again_it_ends_the_same(cast: Cast, doomed: Account, other: Account) -> None:
    with as_user(cast.anna.pk):
        shared = Message.objects.get(subject="list 1")
    share(shared, cast.bartek)
    bytes_of = files(doomed)
    bury(doomed)
    at, deaths = 1, 0
    while dies(at):
        deaths += 1
        at += 1 if EVERY or at < 4 else 8
        found = verify_all()
        assert found.clean, (at, found.faults)
    assert deaths > 5
    assert remove_the_doomed(threading.Event()) == 0
    remove_retired(0)  # what it died before taking away itself
    assert not any(file.exists() for file in bytes_of)
    with as_user(cast.bartek.pk):
        assert [one.subject for one in Message.objects.all()] == ["list 1"]
    with as_user(cast.anna.pk):
        assert Message.objects.filter(account=doomed).count() == Pack.objects.filter(account=doomed).count() == 1
        assert Message.objects.filter(account=other).count() == 3


def dies(at: int) -> bool:
    """Removing in a child that dies at this point. False where it came to its end before."""

    def life() -> None:
        with Points(at).installed():
            remove_the_doomed(threading.Event())

    return has_died(in_a_child(life))
