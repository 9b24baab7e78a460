"""How long an answer may take: a server has its time-out for each piece of it, and a trickle is no answer."""

import time

PACE = 1024  # bytes a second that a server must deliver beyond its time-out
LEAST = 0.001  # seconds: 0 would mean "do not block"


class Pace:
    """Of one answer, waited for from now on. Seconds; `end` by time.monotonic(). At a `pace` of math.inf no piece brings more time."""

    __slots__ = ("_end", "_heard", "_pace", "_timeout", "left")

    def __init__(self, timeout: float, end: float, pace: float) -> None:
        self._timeout = timeout
        self._end = end
        self._pace = pace
        self._heard = time.monotonic()
        self.left = max(LEAST, min(timeout, end - self._heard))  # within which the next piece must come

    def kept(self, count: int) -> bool:
        """So many bytes have come. False where they came too late."""
        now = time.monotonic()
        left = self.left - (now - self._heard)
        if left < 0:
            return False
        self._heard = now
        self.left = max(LEAST, min(left + count / self._pace, self._timeout, self._end - now))
        return True
