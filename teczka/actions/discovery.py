"""Finding the servers of an address that a person has typed, within what their office allows."""

import threading
import time
from collections import deque
from collections.abc import Iterator

from teczka.actions.lookup import look_up
from teczka.core.discovery import Found, Step
from teczka.core.errors import Problem, Trouble
from teczka.store.models import User
from teczka.store.queries.policy import policy

MOST = 15  # searches a person, in this process
WITHIN = 60.0  # seconds


def discover(actor: User, address: str) -> Iterator[Step | Found]:
    """Steps as they happen, at last what was found: for a page that tells of them while they come, within twelve seconds.

    An earlier search of the same person ends without a result: they have thought better of it. Raises, before anybody is
    asked, Problem: ADDRESS_SPELLING, ACCOUNT_DOMAIN (the office's policy), SEARCH_OFTEN.
    """
    rules = policy(actor)
    if not rules.allows_domain(address.strip()):
        raise Problem(Trouble.ACCOUNT_DOMAIN, domain=address.strip().rpartition("@")[2])
    return look_up(address, rules, _searches.begin(actor.pk))


def stop(actor: User) -> None:
    """The search that is under way ends without a result, at the latest when the step it is at does."""
    _searches.end(actor.pk)


class _Searches:
    """Whose search is under way, and how often they searched of late."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun: dict[int, deque[float]] = {}
        self._stops: dict[int, threading.Event] = {}

    def begin(self, person: int) -> threading.Event:
        now = time.monotonic()
        with self._lock:
            begun = self._begun.setdefault(person, deque(maxlen=MOST))
            if len(begun) == MOST and now - begun[0] < WITHIN:
                raise Problem(Trouble.SEARCH_OFTEN)
            begun.append(now)
            if person in self._stops:
                self._stops[person].set()
            self._stops[person] = threading.Event()
            return self._stops[person]

    def end(self, person: int) -> None:
        with self._lock:
            if person in self._stops:
                self._stops.pop(person).set()


_searches = _Searches()
