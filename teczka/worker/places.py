"""Who may speak with mail servers now: a place is a thread, and what a pass needs of memory and of the database.

However slow one person's servers are, nobody else's mail waits for them: a person has OWNER places at most, what lasts does not count among
the FAST, and where somebody waits for a place, whoever has had theirs for long gives it up and comes again later.
"""

import asyncio
import math
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

FAST = 8  # places for what has just begun
MOST = 12  # all: each has three connections to the database while mail comes, and up to 60 MB of it in memory where the disk is slow
OWNER = 3  # of one person: providers allow few connections as well
SOON = 20.0  # seconds: what lasts longer waits for its server or its line

T = TypeVar("T")


@dataclass(eq=False, slots=True)
class Turn:
    owner_id: int
    work: Callable[[], Any]
    cut: Callable[[], None]
    seconds: float  # it may have before it makes room
    begun: "asyncio.Future[Future[Any]]"
    since: float = 0.0
    leaving: bool = False


class Places:
    """For one event loop."""

    def __init__(self, name: str = "pass") -> None:
        """`name`: of its threads."""
        self._pool = ThreadPoolExecutor(MOST, thread_name_prefix=name)
        self._waiting: list[Turn] = []
        self._running: list[Turn] = []  # in the order in which they began
        self._served: dict[int, float] = {}  # when the person's last one began
        self._alarm: asyncio.TimerHandle | None = None

    async def work(
        self,
        owner_id: int,
        work: Callable[[], T],
        cut: Callable[[], None] = lambda: None,
        seconds: float = math.inf,
    ) -> T:
        """In a thread, once there is a place. `cut` is called where it shall end before its time, not before it has had `seconds`; without
        these it makes no room. Cancelled, the work that has begun keeps its place until it has come to its end."""
        turn = Turn(owner_id, work, cut, seconds, asyncio.get_running_loop().create_future())
        self._waiting.append(turn)
        self._fill()
        try:
            done: T = await asyncio.wrap_future(await turn.begun)
            return done
        finally:
            if turn in self._waiting:
                self._waiting.remove(turn)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _fill(self) -> None:
        while turn := min((one for one in self._waiting if self._may(one)), key=self._rank, default=None):
            self._begin(turn)
        self._make_room()

    def _may(self, turn: Turn) -> bool:
        soon = asyncio.get_running_loop().time() - SOON
        return (
            not turn.begun.done()  # cancelled
            and len(self._running) < MOST
            and sum(one.since > soon for one in self._running) < FAST
            and len(self._of(turn.owner_id)) < OWNER
        )

    def _rank(self, turn: Turn) -> tuple[int, float]:
        """Of people who have as many places, whose last turn was longest ago."""
        return len(self._of(turn.owner_id)), self._served.get(turn.owner_id, 0.0)

    def _begin(self, turn: Turn) -> None:
        loop = asyncio.get_running_loop()
        turn.since = self._served[turn.owner_id] = loop.time()
        self._waiting.remove(turn)
        self._running.append(turn)
        done = self._pool.submit(turn.work)
        clock = loop.call_later(SOON, self._fill)

        def over() -> None:
            clock.cancel()
            self._running.remove(turn)
            self._fill()

        def tell(_done: "Future[Any]") -> None:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(over)

        done.add_done_callback(tell)
        turn.begun.set_result(done)

    def _make_room(self) -> None:
        crowded = [one for one in self._waiting if len(self._of(one.owner_id)) >= OWNER]
        due: list[float] = []
        for owner_id in {one.owner_id for one in crowded}:
            due += self._dismiss(self._of(owner_id), [one for one in crowded if one.owner_id == owner_id])
        if len(self._running) >= MOST:
            due += self._dismiss(self._running, [one for one in self._waiting if one not in crowded])
        if self._alarm:
            self._alarm.cancel()
        end = min(due, default=math.inf)
        self._alarm = asyncio.get_running_loop().call_at(end, self._fill) if end < math.inf else None

    def _dismiss(self, running: list[Turn], waiting: list[Turn]) -> list[float]:
        """Who waits grants others no more time than it would have itself: a short pass does not wait out a long one's. When somebody else
        will have had theirs."""
        now, due = asyncio.get_running_loop().time(), []
        wanted = len(waiting) - sum(one.leaving for one in running)
        most = min((one.seconds for one in waiting), default=0.0)
        for turn in [one for one in running if not one.leaving]:
            end = turn.since + min(turn.seconds, most)
            if wanted > 0 and now >= end:
                wanted -= 1
                turn.leaving = True
                turn.cut()
            elif wanted > 0:
                due.append(end)
        return due

    def _of(self, owner_id: int) -> list[Turn]:
        return [one for one in self._running if one.owner_id == owner_id]
