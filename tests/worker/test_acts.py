"""A keeper whose account somebody acts on: the server hears of it at once, and no pass is made for it."""

import asyncio
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from teczka.actions.fetch import Fetching
from teczka.core.accounts import Mode
from teczka.core.acts import Verb
from teczka.core.errors import Problem, Trouble
from teczka.remote.imap import ImapMailbox
from teczka.store.leases import Lease
from teczka.store.models import Account, Message, Operation, User
from teczka.store.viewer import as_user
from teczka.sync.report import Report
from teczka.worker.keeper import Keeper
from teczka.worker.places import Places
from tests.cast import make_cast
from tests.conftest import OwnDatabase
from tests.dovecot.accounts import opened
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.processes import until
from tests.replayed import Played, letter, lying

pytestmark = pytest.mark.dovecot


@pytest.fixture
def owner(own_database: OwnDatabase) -> User:
    return make_cast().anna


@pytest.fixture
def account(owner: User, dovecot: Dovecot, mailbox: Mailbox) -> Account:
    mailbox.create("Sprawy")
    mailbox.deliver_many(letter(number) for number in (1, 2, 3))
    made = opened(owner, dovecot, mailbox)
    with as_user(owner.pk):
        Account.objects.filter(pk=made.pk).update(mode=Mode.MANAGED)
    return made


def test_what_is_done_between_two_passes_is_said_at_once_and_what_waits_when_it_is_due(
    account: Account, owner: User, lease: Lease, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the connection that listens: it would hear of what we do ourselves, and a pass would follow."""
    passes: list[Report] = []
    run = Fetching.run

    def counted(fetching: Fetching) -> Report:
        passes.append(run(fetching))
        return passes[-1]

    monkeypatch.setattr(Fetching, "run", counted)
    monkeypatch.setattr(Fetching, "tells", False)
    box = Played(owner, account, mailbox, None)  # type: ignore[arg-type]

    async def here(*words: str, verb: Verb, **more: str) -> None:
        def act() -> None:
            box.act(verb, *words, **more)
            if verb is Verb.DELETE:
                with as_user(owner.pk):
                    soon = timezone.now() + timedelta(seconds=0.3)
                    Operation.objects.filter(due_at__isnull=False).update(due_at=soon)
            connection.close()

        await asyncio.to_thread(act)

    async def lies(expected: dict[str, list[int]]) -> None:
        await asyncio.to_thread(until, lambda: lying(box) == expected, 20, str(expected))

    async def life() -> None:
        keeper = Keeper(lease, owner.pk, Places(), poll_seconds=3600)
        keeping = asyncio.create_task(keeper.run())
        try:
            await asyncio.to_thread(until, lambda: passes, 20, "the first pass")
            await here("Pismo 1", verb=Verb.MOVE, target="Sprawy")
            keeper.wake_for_acts()
            await lies({"INBOX": [2, 3], "Sprawy": [1]})
            await here("Pismo 2", verb=Verb.BIN)
            await here("Pismo 2", verb=Verb.DELETE, folder="Kosz")
            keeper.wake_for_acts()
            await lies({"INBOX": [3], "Sprawy": [1]})
        finally:
            keeping.cancel()
            await asyncio.wait([keeping])

    asyncio.run(life())
    assert len(passes) == 1


def test_what_breaks_every_connection_keeps_no_mail_out(
    account: Account, owner: User, lease: Lease, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where no connection lasts from one pass to the next."""

    def breaks(remote: ImapMailbox, folder: bytes) -> None:
        remote._drop()
        raise Problem(Trouble.SERVER_CLOSED, host="a.example")

    monkeypatch.setattr("teczka.worker.keeper.FIRST_PAUSE", 0.01)
    monkeypatch.setattr(Fetching, "tells", False)
    fetching = Fetching(account.pk, owner.pk, lease)
    fetching.run()
    fetching.close()
    box = Played(owner, account, mailbox, fetching)
    box.act(Verb.READ, "Pismo 1")
    monkeypatch.setattr(ImapMailbox, "select", breaks)
    mailbox.deliver(letter(4))

    def came() -> bool:
        with as_user(owner.pk):
            return Message.objects.filter(account=account).count() == 4

    async def life() -> None:
        keeping = asyncio.create_task(Keeper(lease, owner.pk, Places(), poll_seconds=3600).run())
        try:
            await asyncio.to_thread(until, came, 10, "the letter")
        finally:
            keeping.cancel()
            await asyncio.wait([keeping])

    asyncio.run(life())
    assert box.states() == ["pending"]
