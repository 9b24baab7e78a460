"""How long a search may still take, and whether anybody still waits for it."""

import time
from threading import Event


class Over(Exception):
    """The time is up, or nobody waits any more."""


class Budget:
    def __init__(self, seconds: float, stop: Event) -> None:
        self._end = time.monotonic() + seconds
        self._stop = stop

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    def left(self, most: float, keep: float = 0.0) -> float:
        """Seconds for the next step, at least a tenth: `most` of what remains when `keep` are set aside. Raises Over."""
        rest = self._end - time.monotonic() - keep
        if self.stopped or rest < 0.1:
            raise Over
        return min(most, rest)
