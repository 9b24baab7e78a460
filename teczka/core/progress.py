"""How far something long has come, and how long it still takes."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

EVERY_SECONDS = 1.0  # somebody is told


@dataclass(frozen=True, slots=True)
class Progress:
    what: str
    done: int  # bytes
    total: int  # as far as it is known
    seconds_left: int | None  # None: too early to tell


Told = Callable[[Progress], None]


@dataclass
class Pace:
    """Counts bytes and tells of them, not oftener than EVERY_SECONDS. `total` may turn out otherwise on the way."""

    told: Told
    total: int
    what: str = ""
    done: int = 0
    _began: float = field(default_factory=time.monotonic)
    _last: float = 0.0

    def add(self, count: int) -> None:
        self.done += count
        self.total = max(self.total, self.done)
        now = time.monotonic()
        if now - self._last >= EVERY_SECONDS:
            self._last = now
            self.told(Progress(self.what, self.done, self.total, self._left(now)))

    def _left(self, now: float) -> int | None:
        gone = now - self._began
        if gone < EVERY_SECONDS or not self.done:
            return None
        return round(gone * (self.total - self.done) / self.done)
