"""The keeper of one account: the only one who speaks to its servers, for as long as this worker holds its lease."""

import asyncio
import logging
import random
from collections.abc import Callable
from concurrent.futures import Executor

from teczka.actions.fetch import Outcome, fetch_account
from teczka.actions.watch import changes
from teczka.core.errors import LeaseLost, Problem
from teczka.store.leases import Lease

FIRST_PAUSE = 5.0  # seconds after a failure; doubled up to LONGEST_PAUSE
LONGEST_PAUSE = 6 * 3600.0

log = logging.getLogger(__name__)


class Keeper:
    def __init__(self, lease: Lease, owner_id: int, pool: Executor, poll_seconds: float) -> None:
        self.lease = lease
        self._owner_id = owner_id
        self._pool = pool
        self._poll_seconds = poll_seconds
        self._wake = asyncio.Event()
        self._good = asyncio.Event()  # the last pass came through: watching makes sense

    def wake(self) -> None:
        """Somebody asked, or the account was changed."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled, or until another worker speaks for the account."""
        watching = asyncio.create_task(self._watch())
        failures = 0
        try:
            while True:
                self._wake.clear()
                outcome = await self._in_pool(lambda: fetch_account(self.lease, self._owner_id))
                failures = 0 if outcome is Outcome.DONE else failures + 1
                (self._good.set if outcome is Outcome.DONE else self._good.clear)()
                await self._rest(outcome, failures)
        except LeaseLost:
            log.warning("account %s: another worker speaks for it now", self.lease.account_id)
        finally:
            watching.cancel()

    async def _rest(self, outcome: Outcome, failures: int) -> None:
        seconds: float | None = self._poll_seconds
        if outcome is Outcome.LATER:
            seconds = pause(failures)
        elif outcome is Outcome.OWNER:
            seconds = None  # only its owner can mend it, and then asks
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _watch(self) -> None:
        """A connection of its own that listens; a lost one is taken up again, slower each time."""
        failures = 0
        while True:
            await self._good.wait()
            try:
                async for _ in changes(self.lease.account_id, self._owner_id):
                    failures = 0
                    self._wake.set()
            except Problem as problem:
                failures += 1
                log.info("account %s: watching ended: %s", self.lease.account_id, problem.trouble.value)
            await asyncio.sleep(pause(failures))

    async def _in_pool(self, work: Callable[[], Outcome]) -> Outcome:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


def pause(failures: int) -> float:
    """Longer each time, and never the same for all accounts of one server."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 16)) * random.uniform(0.75, 1.25)  # noqa: S311
