"""POP3 is asked again and again, and never listened to."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from teczka.actions import manners
from teczka.core.accounts import Protocol
from teczka.store.leases import Lease, Leases
from teczka.store.models import Account, Message
from teczka.store.viewer import as_user
from teczka.worker.keeper import Keeper
from tests.cast import make_cast
from tests.conftest import OwnDatabase
from tests.dovecot.accounts import opened
from tests.dovecot.fixtures import dovecot, mailbox
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.processes import until

__all__ = ["dovecot", "mailbox"]

pytestmark = pytest.mark.dovecot


@pytest.fixture
def account(own_database: OwnDatabase, dovecot: Dovecot, mailbox: Mailbox) -> Account:
    return opened(make_cast().anna, dovecot, mailbox, Protocol.POP3)


@pytest.fixture
def lease(account: Account) -> Iterator[Lease]:
    leases = Leases()
    taken = leases.try_take(account.pk)
    assert taken is not None
    yield taken
    leases.close()


def stored(account: Account) -> int:
    try:
        with as_user(account.owner_id):
            return Message.objects.count()
    finally:
        connection.close()


def test_new_mail_comes_at_the_next_asking_and_nobody_asks_by_imap(
    account: Account, lease: Lease, dovecot: Dovecot, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manners, "DROP_PAUSE", 0.3)
    logins = f"imap-login: Info: Login: user=<{mailbox.username}>"

    async def kept() -> None:
        keeper = Keeper(lease, account.owner_id, ThreadPoolExecutor(1), poll_seconds=0.01)
        keeping = asyncio.create_task(keeper.run())
        try:
            mailbox.deliver(b"Message-ID: <1@x>\r\n\r\none\r\n")
            await arrived(1)
            mailbox.deliver(b"Message-ID: <2@x>\r\n\r\ntwo\r\n")
            await arrived(2)
            keeper.wake()  # somebody asks: at once, whatever the pause
            mailbox.deliver(b"Message-ID: <3@x>\r\n\r\nthree\r\n")
            await arrived(3)
        finally:
            keeping.cancel()

    async def arrived(count: int) -> None:
        await asyncio.to_thread(until, lambda: stored(account) >= count, 20, f"{count} messages")

    before = dovecot.log().count(logins)
    asyncio.run(kept())
    assert dovecot.log().count(logins) == before
    assert dovecot.log().count(f"pop3-login: Info: Login: user=<{mailbox.username}>") >= 2
