"""A keeper whose account is let go, or has to make room, while it speaks with a server: whatever the server does or does not."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from teczka.actions import servers
from teczka.actions.fetch import Fetching
from teczka.actions.secrets import seal_password
from teczka.core.accounts import State
from teczka.remote.imap import ImapMailbox
from teczka.store.leases import Lease, Leases
from teczka.store.models import Account, User
from teczka.store.viewer import as_user
from teczka.sync import Report
from teczka.worker import keeper, places
from teczka.worker.keeper import Keeper, Outcome
from teczka.worker.places import Places
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase
from tests.processes import until
from tests.remote.imap.hostile import Client, Hostile, Script

SOON = 5.0  # seconds; a server has sixty
LETTER = b"Subject: pozew\r\n\r\n" + b"Lorem ipsum dolor sit amet.\r\n" * 100


@pytest.fixture
def owner(own_database: OwnDatabase) -> User:
    return make_cast().anna


@pytest.fixture
def leases(own_database: OwnDatabase) -> Iterator[Leases]:
    held = Leases()
    yield held
    held.close()


class Kept:
    """A keeper of an account at this server."""

    def __init__(self, owner: User, hostile: Hostile, leases: Leases, held: Places | None = None) -> None:
        pem = hostile.ca.cert_pem.bytes().decode()
        self.account: Account = make_account(owner, f"{hostile.port}@x.example", port=hostile.port, ca_pem=pem)
        with as_user(owner.pk):
            seal_password(self.account, "sekret")
        lease: Lease | None = leases.try_take(self.account.pk)
        assert lease is not None
        self.keeper = Keeper(lease, owner.pk, held or Places(), poll_seconds=3600)

    def begin(self) -> None:
        self._task = asyncio.create_task(self.keeper.run())

    async def let_go(self) -> float:
        """In how many seconds."""
        began = time.monotonic()
        self._task.cancel()
        await asyncio.wait([self._task])
        return time.monotonic() - began

    @property
    def state(self) -> str:
        with as_user(self.account.owner_id):
            self.account.refresh_from_db()
        return self.account.state


async def comes(about: str, condition: Callable[[], object]) -> None:
    await asyncio.to_thread(until, condition, SOON, about)


def at_rest(fetching: Fetching) -> Report:
    """A pass that leaves an open connection, and nothing else."""
    fetching._remote = servers.connect(fetching._account, fetching._local)
    return Report()


def hears(heard: bytearray, over: threading.Event) -> Script:
    """Takes the beginning of a letter, and all that is said to it; says nothing more."""

    def script(client: Client) -> None:
        client.signed_in()
        with suppress(EOFError, OSError):
            if client.command().startswith(b"APPEND"):
                client.send(b"+ go on\r\n")
            while True:
                heard.extend(client.rest(1))
        over.set()

    return script


def test_an_account_that_is_let_go_while_a_letter_is_put_on_its_server_leaves_no_damaged_one_there(
    owner: User, leases: Leases, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, over, begun, goes_on = bytearray(), threading.Event(), threading.Event(), threading.Event()

    def chunks() -> Iterator[bytes]:
        yield LETTER[:1000]
        begun.set()
        goes_on.wait(SOON)
        yield LETTER[1000:]

    def acts(fetching: Fetching) -> SimpleNamespace:
        box = fetching._remote
        assert isinstance(box, ImapMailbox)
        return SimpleNamespace(repeat=lambda: box.append(b"Sent", len(LETTER), chunks(), [], datetime.now(UTC)))

    monkeypatch.setattr(Fetching, "run", at_rest)
    monkeypatch.setattr(Fetching, "tells", False)
    monkeypatch.setattr(Fetching, "_acts", acts)

    async def life(kept: Kept) -> None:
        kept.begin()
        kept.keeper.wake_for_acts()
        await comes("the letter's beginning", begun.is_set)
        assert await kept.let_go() < SOON
        goes_on.set()
        await comes("the end of the connection", over.is_set)

    with Hostile(hears(heard, over), tls=True) as hostile:
        asyncio.run(life(Kept(owner, hostile, leases)))
    assert LETTER.startswith(bytes(heard))


def test_a_silent_server_holds_up_nobody_who_lets_its_account_go(
    owner: User, leases: Leases, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, over = bytearray(), threading.Event()
    monkeypatch.setattr(Fetching, "run", at_rest)
    monkeypatch.setattr(Fetching, "tells", False)

    async def life(kept: Kept) -> None:
        kept.begin()
        await comes("the end of the pass", lambda: kept.keeper._fetching and not kept.keeper._speaking)
        assert await kept.let_go() < SOON

    with Hostile(hears(heard, over), tls=True) as hostile:
        asyncio.run(life(Kept(owner, hostile, leases)))
        assert over.wait(SOON)


def silent(asked: threading.Event, over: threading.Event) -> Script:
    def script(client: Client) -> None:
        client.signed_in()
        client.command()
        asked.set()
        client.wait_for_goodbye()
        over.set()

    return script


def test_a_thread_that_waits_for_its_server_is_free_once_the_account_is_let_go(owner: User, leases: Leases) -> None:
    asked, over = threading.Event(), threading.Event()

    async def life(kept: Kept) -> None:
        kept.begin()
        await comes("a pass that waits", asked.is_set)
        assert await kept.let_go() < SOON
        await comes("its end", lambda: over.is_set() and not kept.keeper._speaking)

    with Hostile(silent(asked, over), tls=True) as hostile:
        kept = Kept(owner, hostile, leases)
        asyncio.run(life(kept))
        assert kept.state == State.FETCHING


def test_a_pass_that_makes_room_is_no_trouble_and_comes_again(
    owner: User, leases: Leases, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, over = threading.Event(), threading.Event()
    monkeypatch.setattr(places, "MOST", 1)
    monkeypatch.setattr(keeper, "TURN", 0.5)

    async def life(kept: Kept, held: Places) -> None:
        kept.begin()
        await comes("a pass that waits", asked.is_set)
        await asyncio.wait_for(held.work(0, lambda: None, lambda: None, 60), SOON)
        await comes("its end", over.is_set)
        await comes("the next", lambda: len(hostile.clients) == 2)
        assert await asyncio.to_thread(lambda: kept.state) == State.FETCHING
        await kept.let_go()

    with Hostile(silent(asked, over), tls=True) as hostile:
        held = Places()
        asyncio.run(life(Kept(owner, hostile, leases, held), held))


def test_a_server_that_tells_of_changes_without_end_is_heard_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    passes: list[int] = []

    async def without_end(*_who: int) -> AsyncIterator[None]:
        while True:
            told.append(len(passes))
            yield
            await asyncio.sleep(0)

    def counted(_keeper: Keeper) -> Outcome:
        passes.append(len(told))
        return Outcome.DONE

    monkeypatch.setattr(keeper, "changes", without_end)
    monkeypatch.setattr(Keeper, "_pass", counted)

    async def life() -> None:
        keeping = asyncio.create_task(Keeper(Lease(1, 1), 1, Places(), poll_seconds=3600).run())
        await comes("passes", lambda: len(passes) == 4)
        keeping.cancel()
        await asyncio.wait([keeping])

    began = time.monotonic()
    asyncio.run(life())
    assert len(told) <= 4
    assert time.monotonic() - began >= 2 * keeper.BREATH
