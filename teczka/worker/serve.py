"""The worker: takes its fair share of the accounts and keeps them. Killed, its accounts are another's within a second."""

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from teczka.actions.scrub import scrub
from teczka.core.settings import settings
from teczka.store.connections import listening
from teczka.store.events import ACTS, IMPORTS, OUTGOING, REQUESTS, RULE_RUNS
from teczka.store.leases import Lease, Leases
from teczka.store.models.accounts import accounts_at_work
from teczka.worker import backups
from teczka.worker.importing import Imports
from teczka.worker.keeper import Keeper
from teczka.worker.places import Places
from teczka.worker.reminding import EVERY, remind_everybody
from teczka.worker.rules import steps as rule_steps
from teczka.worker.sending import Sender
from teczka.worker.tidy import HOURLY, tidy
from teczka.worker.turns import Turns

SHARE_SECONDS = 1.0  # how often accounts are shared out anew

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """An account whose lease we hold, and who works on it."""

    keeper: Keeper
    sender: Sender
    tasks: list[asyncio.Task[None]]

    @property
    def ended(self) -> bool:
        return any(task.done() for task in self.tasks)

    def wake(self, channel: str) -> None:
        {REQUESTS: self.keeper.wake, ACTS: self.keeper.wake_for_acts, OUTGOING: self.sender.wake}[channel]()


class Worker:
    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._leases = Leases()
        self._kept: dict[int, Kept] = {}
        self._places = Places()
        self._sendings = Places("send")
        self._rules = Turns("rules", rule_steps)
        self._imports = Imports(stopping)
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Until asked to stop. A lost database ends it with psycopg.OperationalError: the parent starts another."""
        listening = asyncio.create_task(self._listen())
        regular = [
            asyncio.create_task(self._every(seconds, work))
            for seconds, work in (
                (HOURLY, tidy),
                (HOURLY, scrub),
                (EVERY, remind_everybody),
                (backups.EVERY, backups.back_up_when_due),
            )
        ]
        regular += [asyncio.create_task(work.run()) for work in (self._rules, self._imports)]
        try:
            while not self._stopping.is_set():
                await self._share_out()
                self._changed.clear()
                await self._nap()
                if listening.done():
                    listening.result()
        finally:
            listening.cancel()
            for task in regular:
                task.cancel()
            for kept in self._kept.values():
                for task in kept.tasks:
                    task.cancel()
            self._leases.close()
            self._rules.close()
            self._imports.close()
            self._places.close()
            self._sendings.close()

    async def _share_out(self) -> None:
        accounts = dict(await asyncio.to_thread(accounts_at_work))
        for account_id, kept in list(self._kept.items()):
            if kept.ended or account_id not in accounts:
                await self._let_go(account_id, kept)
        share = -(-len(accounts) // max(1, self._leases.workers()))
        for account_id, owner_id in accounts.items():
            if len(self._kept) >= share:
                break
            if account_id not in self._kept and (lease := self._leases.try_take(account_id)):
                self._take(lease, owner_id)
        for account_id, kept in list(self._kept.items())[share:]:
            await self._let_go(account_id, kept)

    def _take(self, lease: Lease, owner_id: int) -> None:
        keeper = Keeper(lease, owner_id, self._places, settings().poll_seconds)
        sender = Sender(lease, owner_id, self._sendings)
        tasks = [asyncio.create_task(work.run()) for work in (keeper, sender)]
        self._kept[lease.account_id] = Kept(keeper, sender, tasks)

    async def _let_go(self, account_id: int, kept: Kept) -> None:
        """A pass that is under way in its thread writes nothing more: the next holder's epoch fences it. A message that is just being sent
        still tells its end (actions/sending.py)."""
        for task in kept.tasks:
            task.cancel()
        done, _ = await asyncio.wait(kept.tasks)
        for ended in done:
            if not ended.cancelled() and (error := ended.exception()):
                log.error("account %s: its keeper failed", account_id, exc_info=error)
        self._leases.release(kept.keeper.lease)
        del self._kept[account_id]

    async def _listen(self) -> None:
        """Requests name an account; whoever does not keep it has a look whether there is a new one."""
        async with listening(REQUESTS, ACTS, OUTGOING, RULE_RUNS, IMPORTS) as listener:
            async for notice in listener.notifies():
                if notice.channel in {RULE_RUNS, IMPORTS}:
                    (self._rules if notice.channel == RULE_RUNS else self._imports).wake()
                    continue
                kept = self._kept.get(int(notice.payload))
                if kept:
                    kept.wake(notice.channel)
                self._changed.set()

    async def _every(self, seconds: float, work: Callable[[threading.Event], object]) -> None:
        while True:
            try:
                await asyncio.to_thread(work, self._stopping)
            except Exception:  # fetching goes on
                log.exception("%s failed", work.__name__)
            await asyncio.sleep(seconds)

    async def _nap(self) -> None:
        try:
            async with asyncio.timeout(SHARE_SECONDS):
                await self._changed.wait()
        except TimeoutError:
            pass


def serve(stopping: threading.Event) -> None:
    asyncio.run(Worker(stopping).run())
