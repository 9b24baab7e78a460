"""Applies rules to old mail, and takes that back: a step of each run in turn, and as long a rest after it, beside all other work."""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from teczka.actions.rule_runs import step
from teczka.store.rule_runs import runs_at_work

NAP_SECONDS = 20.0  # a NOTIFY that was lost, or a worker that was killed, costs no more than this

log = logging.getLogger(__name__)


class Runs:
    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="rules")
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """There is a run, or it goes on."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled: a step that is under way comes to its end."""
        while True:
            self._wake.clear()
            began = time.monotonic()
            more = await asyncio.get_running_loop().run_in_executor(self._pool, steps)
            if more:
                await asyncio.sleep(time.monotonic() - began)
            else:
                await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(NAP_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            pass

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def steps() -> bool:
    """One of each run. False: nothing is left to be done just now."""
    try:
        taken = [step(run, owner) for run, owner in runs_at_work()]
        return any(taken)
    except Exception:  # the database is away: fetching tells so, and ends the worker
        log.exception("rules could not be applied to old mail")
        return False
    finally:
        connection.close_if_unusable_or_obsolete()
