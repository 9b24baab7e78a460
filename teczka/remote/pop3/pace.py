"""How long an answer may take: a server has its time-out for each piece of it, and a trickle is no answer."""

import time

PACE = 1024  # bytes a second that a server must deliver beyond its time-out


class Pace:
    """Of one answer that is waited for from now on. Seconds; `end` by time.monotonic()."""

    __slots__ = ("_deadline", "_end", "_timeout")

    def __init__(self, timeout: float, end: float) -> None:
        self._timeout = timeout
        self._end = end
        self._deadline = min(time.monotonic() + timeout, end)

    @property
    def left(self) -> float:
        return self._deadline - time.monotonic()

    def kept(self, count: int) -> bool:
        """So many bytes have come. False where they came too late."""
        now = time.monotonic()
        if now > self._deadline:
            return False
        self._deadline = min(self._deadline + count / PACE, now + self._timeout, self._end)
        return True
