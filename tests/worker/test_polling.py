"""POP3 is asked again and again, and never listened to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeVar

import pytest
from django.db import connection

from teczka.actions import manners
from teczka.actions.secrets import seal_password
from teczka.core.accounts import Protocol, State
from teczka.core.errors import Trouble
from teczka.store.leases import Lease
from teczka.store.models import Account, Message
from teczka.store.viewer import as_user
from teczka.worker.keeper import Keeper
from teczka.worker.places import Places
from tests.cast import make_cast
from tests.conftest import OwnDatabase
from tests.dovecot.accounts import opened
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.processes import until

pytestmark = pytest.mark.dovecot

T = TypeVar("T")


@pytest.fixture
def account(own_database: OwnDatabase, dovecot: Dovecot, mailbox: Mailbox) -> Account:
    return opened(make_cast().anna, dovecot, mailbox, Protocol.POP3)


def now(account: Account) -> Account:
    try:
        with as_user(account.owner_id):
            return Account.objects.get(pk=account.pk)
    finally:
        connection.close()


def stored(account: Account) -> int:
    try:
        with as_user(account.owner_id):
            return Message.objects.count()
    finally:
        connection.close()


def last_contact(account: Account) -> datetime:
    told = now(account).last_contact_at
    assert told is not None
    return told


def forget(account: Account) -> None:
    """The password is not the right one any more."""
    try:
        with as_user(account.owner_id):
            seal_password(account, "another")
    finally:
        connection.close()


def logins(dovecot: Dovecot, mailbox: Mailbox) -> int:
    return dovecot.log().count(f"pop3-login: Info: Login: user=<{mailbox.username}>")


def letter(number: int) -> bytes:
    return b"Message-ID: <%d@x>\r\n\r\nletter\r\n" % number


class Counting(Places):
    """Where the passes are made, and how many there were."""

    passes = 0

    async def work(self, owner_id: int, work: Callable[[], T], cut: Callable[[], None], seconds: float) -> T:
        self.passes += 1
        return await super().work(owner_id, work, cut, seconds)


@asynccontextmanager
async def kept(account: Account, lease: Lease, places: Places) -> AsyncIterator[Keeper]:
    keeper = Keeper(lease, account.owner_id, places, poll_seconds=0.01)
    keeping = asyncio.create_task(keeper.run())
    try:
        yield keeper
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])


async def comes(about: str, condition: Callable[[], bool]) -> None:
    await asyncio.to_thread(until, condition, 20, about)


def test_new_mail_comes_at_the_next_asking_and_nobody_asks_by_imap(
    account: Account, lease: Lease, dovecot: Dovecot, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manners, "DROP_PAUSE", 0.3)
    by_imap = f"imap-login: Info: Login: user=<{mailbox.username}>"
    before = dovecot.log().count(by_imap)

    async def life() -> None:
        async with kept(account, lease, Places()) as keeper:
            mailbox.deliver(letter(1))
            await comes("the first", lambda: stored(account) >= 1)
            mailbox.deliver(letter(2))
            await comes("the second", lambda: stored(account) >= 2)
            keeper.wake()  # somebody asks: at once, whatever the pause
            mailbox.deliver(letter(3))
            await comes("the third", lambda: stored(account) >= 3)

    asyncio.run(life())
    assert dovecot.log().count(by_imap) == before
    assert logins(dovecot, mailbox) >= 2


def test_a_poll_that_finds_nothing_new_takes_no_thread_and_one_that_does_signs_in_once(
    account: Account, lease: Lease, dovecot: Dovecot, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manners, "DROP_PAUSE", 0.1)
    places = Counting()
    mailbox.deliver(letter(1))

    async def life() -> None:
        async with kept(account, lease, places):
            await comes("polls", lambda: logins(dovecot, mailbox) >= 5)
            assert (await asyncio.to_thread(stored, account), places.passes) == (1, 1)
            contact = await asyncio.to_thread(last_contact, account)
            await comes("a word of it", lambda: last_contact(account) > contact)
            mailbox.deliver(letter(2))
            await comes("the second", lambda: stored(account) == 2)
            polls = logins(dovecot, mailbox)
            await comes("more polls", lambda: logins(dovecot, mailbox) >= polls + 2)
            assert places.passes == 2

    asyncio.run(life())
    sessions = [line for line in dovecot.log().splitlines() if f"pop3({mailbox.username})" in line]
    fetched = [line for line in sessions if "retr=1/" in line]
    assert len(fetched) == 2


def test_what_a_poll_meets_is_said_and_not_met_a_second_time(
    account: Account, lease: Lease, dovecot: Dovecot, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manners, "DROP_PAUSE", 0.1)

    async def life() -> None:
        async with kept(account, lease, Places()):
            await comes("polls", lambda: logins(dovecot, mailbox) >= 3)
            await asyncio.to_thread(forget, account)
            await comes("its trouble", lambda: now(account).trouble == Trouble.SIGNIN_REFUSED)

    asyncio.run(life())
    assert now(account).state == State.TROUBLED  # a second try in a row would have it wait for its owner
    refused = [line for line in dovecot.log().splitlines() if "auth failed" in line and mailbox.username in line]
    assert len(refused) == 1
