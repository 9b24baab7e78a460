"""The keeper of one account: the only one who speaks to its servers, for as long as this worker holds its lease."""

import asyncio
import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import TypeVar

from django.db import OperationalError, connection

from teczka.actions.fetch import Fetching
from teczka.actions.watch import changes
from teczka.core.errors import LeaseLost, Problem, Trouble
from teczka.store.leases import Lease
from teczka.worker.places import Places

FIRST_PAUSE = 5.0  # seconds after a failure; doubled up to LONGEST_PAUSE
LONGEST_PAUSE = 6 * 3600.0
TURN = 120.0  # seconds until a pass makes room where somebody waits for it; doubled up to LONGEST_TURN, as one message may need as long
LONGEST_TURN = 8 * TURN
LASTED = 10.0  # seconds; a connection that broke sooner was of little use
BREATH = 0.5  # seconds between two changes that are heard of: a server that tells of them without end costs two passes a second

T = TypeVar("T")

log = logging.getLogger(__name__)


class Outcome(Enum):
    DONE = "the pass came to its end"
    LATER = "something failed that may be mended by time"
    OWNER = "only the account's owner can mend it"
    AGAIN = "it made room for another and goes on later"


class Keeper:
    def __init__(self, lease: Lease, owner_id: int, places: Places, poll_seconds: float) -> None:
        self.lease = lease
        self._owner_id = owner_id
        self._places = places
        self._poll_seconds = poll_seconds
        # With the connection of the last good pass, or what a bad one has taught. Whoever has it last closes it: a thread that is
        # speaking, or else we.
        self._fetching: Fetching | None = None
        self._speaking = False
        self._ended = False
        self._changing = threading.Lock()  # the three
        self._made_room = False  # the work under way was cut short
        self._turn = TURN
        self._wake = asyncio.Event()
        self._asked = True  # a whole pass, and not only what was done to the mail
        self._acted = threading.Event()  # something was; the pass under way sees to it as well
        self._next_act: float | None = None  # seconds until something that was done is to be repeated
        self._acts_due: float | None = None  # the same by the loop's clock
        self._good = asyncio.Event()  # the last pass came through: watching makes sense
        self._tells = True
        self._least = 0.0  # seconds between two passes that nobody asked for

    def wake(self) -> None:
        """Somebody asked, or the account was changed."""
        self._asked = True
        self._wake.set()

    def wake_for_acts(self) -> None:
        """Somebody did something to its mail."""
        self._acted.set()
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled, or until another worker speaks for the account."""
        watching = asyncio.create_task(self._watch())
        failures = 0
        try:
            while True:
                self._asked = False
                outcome = await self._in_pool(self._pass)
                if outcome is Outcome.AGAIN:
                    self._turn = min(LONGEST_TURN, 2 * self._turn)
                    await asyncio.sleep(self._least)
                    continue
                self._turn = TURN
                failures = 0 if outcome is Outcome.DONE else failures + 1
                (self._good.set if outcome is Outcome.DONE and self._tells else self._good.clear)()
                await self._rest(outcome, failures)
                while not self._asked and await self._nothing_new():
                    await self._rest(Outcome.DONE, 0)
        except LeaseLost:
            log.warning("account %s: another worker speaks for it now", self.lease.account_id)
        finally:
            watching.cancel()
            await self._end()

    async def _end(self) -> None:
        """Nobody waits for a server: no farewell is said, and who is just speaking is cut off."""
        with self._changing:
            self._ended = True
            fetching, speaking = self._fetching, self._speaking
        if fetching:
            fetching.cut()
            if not speaking:
                await asyncio.to_thread(fetching.close)

    async def _rest(self, outcome: Outcome, failures: int) -> None:
        """Until the next pass. What is done to its mail meanwhile is repeated on the server at once, where all is well with that."""
        clock = asyncio.get_running_loop().time
        seconds: float | None = max(self._least, self._poll_seconds)
        if outcome is Outcome.LATER:
            seconds = max(self._least, pause(failures))
        elif outcome is Outcome.OWNER:
            seconds = None  # only its owner can mend it, and then asks
        end = None if seconds is None else clock() + seconds
        while not self._asked and (end is None or clock() < end):
            due = self._acts_due if outcome is Outcome.DONE else None
            if outcome is Outcome.DONE and (self._acted.is_set() or (due is not None and clock() >= due)):
                self._asked = not await self._in_pool(self._replay)
                continue
            self._wake.clear()
            try:
                async with asyncio.timeout_at(
                    min((moment for moment in (end, due) if moment is not None), default=None)
                ):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _nothing_new(self) -> bool:
        """A pass would have nothing to do, which was found out without a thread of the pool."""
        try:
            return self._fetching is not None and await self._fetching.nothing_new()
        except (LeaseLost, OperationalError):
            raise
        except Exception:  # a mistake of ours: the pass will show
            log.exception("account %s: looking for mail failed", self.lease.account_id)
            return False

    async def _watch(self) -> None:
        """A connection of its own that listens; a lost one is taken up again, slower each time. With it a pass begins: where the server is
        down, its account shall say so now, not at the next poll."""
        failures = 0
        clock = asyncio.get_running_loop().time
        while True:
            await self._good.wait()
            began = clock()
            try:
                async for _ in changes(self.lease.account_id, self._owner_id):
                    self.wake()
                    await asyncio.sleep(BREATH)
            except Problem as problem:
                failures = 1 if clock() - began > LASTED else failures + 1
                log.info("account %s: watching ended: %s", self.lease.account_id, problem.trouble.value)
            except Exception:
                failures += 1
                log.exception("account %s: watching failed", self.lease.account_id)
            self.wake()
            await asyncio.sleep(pause(failures))

    async def _in_pool(self, work: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        done = await self._places.work(self._owner_id, work, self._make_room, self._turn)
        self._acts_due = None if self._next_act is None else loop.time() + self._next_act
        return done

    def _make_room(self) -> None:
        with self._changing:
            self._made_room = self._speaking
            fetching = self._fetching
        if self._made_room and fetching:
            fetching.cut()

    @contextmanager
    def _speaks(self) -> Iterator[Fetching]:
        """In a thread. Raises LeaseLost where nobody wants it any more."""
        fetching = self._fetching or Fetching(self.lease.account_id, self._owner_id, self.lease, self._acted)
        self._begin(fetching)
        try:
            yield fetching
        finally:
            connection.close_if_unusable_or_obsolete()
            if not self._keeps():
                fetching.close()

    def _begin(self, fetching: Fetching) -> None:
        with self._changing:
            if self._ended:
                raise LeaseLost
            self._fetching, self._speaking, self._made_room = fetching, True, False

    def _keeps(self) -> bool:
        """After a pass: what was cut off is of no use any more."""
        with self._changing:
            self._speaking = False
            if self._made_room:
                self._fetching = None
            return not (self._ended or self._made_room)

    def _replay(self) -> bool:
        """In a thread. False where a pass has to see to it."""
        self._acted.clear()
        with self._speaks() as fetching:
            try:
                return fetching.replay()
            except LeaseLost:
                if self._made_room:
                    return False
                raise
            except OperationalError:
                raise
            except Exception:  # a mistake of ours: the pass will show
                log.exception("account %s: repeating what was done failed", self.lease.account_id)
                return False
            finally:
                self._next_act = fetching.acts_due

    def _pass(self) -> Outcome:
        """In a thread. The connection is kept for the next pass, unless this one failed: of that the next one knows what broke it."""
        with self._speaks() as fetching:
            try:
                report = fetching.run()
            except (LeaseLost, OperationalError) as error:  # nothing can be written any more
                fetching.close()
                if self._made_room and isinstance(error, LeaseLost):
                    self._least = fetching.least_interval
                    return Outcome.AGAIN
                raise
            except Exception:  # a mistake of ours: this account waits longer each time, the others go on
                log.exception("account %s: its pass failed", self.lease.account_id)
                fetching.close()
                self._fetching = None
                return Outcome.LATER
            return self._outcome(fetching, report.stopped)

    def _outcome(self, fetching: Fetching, stopped: Problem | None) -> Outcome:
        self._tells, self._least = fetching.tells, fetching.least_interval
        self._next_act = fetching.acts_due
        if stopped is None:
            return Outcome.DONE
        fetching.close()
        if stopped.trouble is Trouble.SERVER_INTERVAL:  # it has been asked just now, by a page
            self._least = float(stopped.params["left"]) * 60
            return Outcome.DONE
        if stopped.trouble is Trouble.SHARE_USED:
            return Outcome.DONE  # for today
        return Outcome.OWNER if fetching.waits_for_owner else Outcome.LATER


def pause(failures: int) -> float:
    """Longer each time, and never the same for all accounts of one server."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 16)) * random.uniform(0.75, 1.25)  # noqa: S311
