"""Listening to a real server."""

import asyncio
import gc
import resource
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import pytest

from teczka.core.errors import Problem, Trouble
from teczka.remote.egress import Gate
from teczka.remote.imap import Change, watch
from teczka.remote.types import Credential, Security, Server
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot

pytestmark = pytest.mark.dovecot

RAW = b"Subject: new\r\n\r\nx\r\n"


def watching(
    dovecot: Dovecot, mailbox: Mailbox, security: Security = Security.TLS, refresh: float = 60
) -> AsyncIterator[Change]:
    port = dovecot.tls_port if security is Security.TLS else dovecot.plain_port
    server = Server(dovecot.host, port, security, dovecot.ca_pem)
    return watch(
        server,
        Credential(mailbox.username, mailbox.password),
        Gate.parse("127.0.0.1"),
        b"INBOX",
        refresh=refresh,
        timeout=20,
    )


async def told(changes: AsyncIterator[Change]) -> Change:
    return await asyncio.wait_for(anext(changes), 20)


@pytest.mark.parametrize("security", Security)
def test_opening_delivery_flags_and_removal_are_told(dovecot: Dovecot, mailbox: Mailbox, security: Security) -> None:
    acts: list[Callable[[], object]] = [
        lambda: mailbox.deliver(RAW),
        lambda: mailbox.set_flags([1], "\\Flagged"),
        lambda: mailbox.expunge([1]),
    ]

    async def listen() -> None:
        changes = watching(dovecot, mailbox, security)
        assert await told(changes) == Change(b"INBOX")
        for act in acts:
            await asyncio.to_thread(act)
            assert await told(changes) == Change(b"INBOX")

    asyncio.run(listen())


def test_idle_is_renewed_and_still_hears(dovecot: Dovecot, mailbox: Mailbox) -> None:
    async def listen() -> None:
        changes = watching(dovecot, mailbox, refresh=0.05)
        await told(changes)
        later = asyncio.ensure_future(anext(changes))
        while dovecot.log() and not later.done():
            await asyncio.sleep(0.3)  # several renewals
            await asyncio.to_thread(mailbox.deliver, RAW)
            await asyncio.wait([later], timeout=5)
        assert later.result() == Change(b"INBOX")

    asyncio.run(listen())


def test_a_server_that_goes_away_is_a_problem() -> None:
    async def listen(dovecot: Dovecot) -> None:
        changes = watching(dovecot, dovecot.add_user())
        await told(changes)
        await asyncio.to_thread(dovecot.stop)
        with pytest.raises(Problem) as caught:
            await told(changes)
        assert caught.value.trouble is Trouble.SERVER_CLOSED

    with Dovecot() as dovecot:
        asyncio.run(listen(dovecot))


def test_an_idle_connection_over_tls_takes_no_buffer_of_its_own(dovecot: Dovecot) -> None:
    """28 KB each when measured with 600; asyncio's TLS takes 285. Of 80, the first 20 pay for what all share."""

    def resident() -> int:
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    async def listen() -> float:
        held, before = [], 0
        for number in range(20 + 60):
            if number == 20:
                before = resident()
            changes = watching(dovecot, dovecot.add_user(f"idle{number % 10}"))
            await told(changes)
            task = asyncio.ensure_future(anext(changes))
            await asyncio.sleep(0)
            held.append((changes, task))
        after = resident()
        for changes, task in held:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            async with aclosing(changes):  # type: ignore[type-var]
                pass
        return (after - before) / 60

    assert asyncio.run(listen()) < 40 * 1024
