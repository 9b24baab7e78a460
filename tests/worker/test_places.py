"""Who waits for whom: one person's slow servers are nobody else's."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from teczka.actions.secrets import seal_password
from teczka.core.accounts import State
from teczka.store.viewer import as_user
from teczka.worker import places
from teczka.worker.places import FAST, MOST, OWNER, Places
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase
from tests.dovecot.accounts import opened
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.processes import Teczka, until
from tests.remote.imap.hostile import Hostile

LONG = 600.0  # seconds


class Slow:
    """Work that lasts until it is cut off."""

    def __init__(self, owner: int, seconds: float = LONG) -> None:
        self.owner = owner
        self.seconds = seconds
        self.begun = threading.Event()
        self.ends = threading.Event()

    def run(self) -> None:
        self.begun.set()
        self.ends.wait(30)


def lived(*people: int, seconds: float = LONG, then: Callable[[Places, list[Slow]], object]) -> list[Slow]:
    """Slow work of these people, in this order, and what comes of it."""
    works = [Slow(owner, seconds) for owner in people]

    async def life() -> None:
        held = Places()
        tasks = [asyncio.create_task(held.work(one.owner, one.run, one.ends.set, one.seconds)) for one in works]
        try:
            await asyncio.sleep(0)
            await asyncio.wait_for(then(held, works), 10)  # type: ignore[arg-type]
        finally:
            for one in works:
                one.ends.set()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            held.close()

    asyncio.run(life())
    return works


def begun(works: list[Slow]) -> int:
    return sum(one.begun.is_set() for one in works)


async def quick(held: Places, owner: int, seconds: float = LONG) -> None:
    await held.work(owner, lambda: None, lambda: None, seconds)


def test_however_many_slow_accounts_one_person_has_another_s_turn_comes_at_once() -> None:
    async def another(held: Places, works: list[Slow]) -> None:
        await quick(held, 2)
        assert begun(works) <= OWNER

    lived(*[1] * 20, then=another)


def test_what_lasts_keeps_nobody_waiting_though_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "SOON", 0.1)

    async def another(held: Places, works: list[Slow]) -> None:
        await quick(held, 99)
        assert not any(one.ends.is_set() for one in works)

    lived(*range(FAST), then=another)


@pytest.mark.parametrize(
    ("people", "who", "cut"), [(range(MOST), 99, 0), ([1] * OWNER + [2] * OWNER, 2, OWNER)], ids=["all", "a person's"]
)
def test_where_no_place_is_left_the_oldest_makes_room_once_it_has_had_its_time(
    people: list[int], who: int, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "SOON", 0.01)

    async def another(held: Places, works: list[Slow]) -> None:
        await asyncio.to_thread(until, lambda: begun(works) == len(works), 10, "all places to be taken")
        assert not any(one.ends.is_set() for one in works)
        await quick(held, who)
        assert [at for at, one in enumerate(works) if one.ends.is_set()] == [cut]

    lived(*people, seconds=1.0, then=another)


def test_who_would_have_little_time_waits_no_longer_than_that() -> None:
    async def another(held: Places, works: list[Slow]) -> None:
        await quick(held, 1, 0.2)
        assert [one.ends.is_set() for one in works] == [True, *[False] * (OWNER - 1)]

    lived(*[1] * OWNER, then=another)


def test_nobody_makes_room_before_their_time_and_who_stops_waiting_takes_none() -> None:
    async def impatient(held: Places, works: list[Slow]) -> None:
        waiting = asyncio.create_task(quick(held, 1))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert not held._waiting
        assert not any(one.ends.is_set() for one in works)
        works[0].ends.set()
        await quick(held, 1)

    lived(*[1] * OWNER, then=impatient)


@pytest.mark.dovecot
def test_a_worker_fetches_one_person_s_mail_while_all_of_another_s_servers_are_silent(
    own_database: OwnDatabase, dovecot: Dovecot, mailbox: Mailbox
) -> None:
    cast = make_cast()
    teczka = Teczka(Path(own_database.environment["TECZKA_DATA"]), own_database.environment)
    with Hostile(lambda client: client.wait_for_goodbye()) as silent:
        for number in range(MOST + 1):
            bad = make_account(cast.anna, f"{number}@kancelaria.example", port=silent.port)
            with as_user(cast.anna.pk):
                seal_password(bad, "sekret")
        account = opened(cast.bartek, dovecot, mailbox)

        def came() -> bool:
            with as_user(cast.bartek.pk):
                account.refresh_from_db()
            return account.state == State.WORKING

        with teczka.running("worker"):
            until(came, 10, "the other's mail")
            assert len(silent.clients) <= OWNER
