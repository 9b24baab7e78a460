"""Between the thread that reads from the network and the one that commits: messages wait here, bounded by their bytes."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition
from typing import Generic, TypeVar

from teczka.core.mail import RemoteMessage

BATCH_BYTES = 16_000_000  # an fsync and a commit each: at half of it a first sync took a twelfth more processor time
BATCH_MESSAGES = 400
BATCH_SECONDS = 0.5  # since its first message: on a slow line mail is shown as it comes
AHEAD = 2  # batches that may be kept while one is committed

K = TypeVar("K")


class Stopped(Exception):
    """Nobody wants what is read any more."""


@dataclass(frozen=True, slots=True)
class Sealed(Generic[K]):
    """A batch on its way to the disk."""

    kept: K
    bytes: int


class Basket(Generic[K]):
    """One thread puts, then ends; another takes batches. A batch is given to `keep` as soon as it is full, so that its bytes are written
    while the one before is committed. Holds a batch and those AHEAD of the taker, or one message larger than that."""

    def __init__(self, keep: Callable[[Sequence[RemoteMessage]], K]) -> None:
        """`keep` returns at once (sync.ports.LocalAccount.keep)."""
        self._keep = keep
        self._changed = Condition()
        self._held: list[RemoteMessage] = []
        self._bytes = 0
        self._first = 0.0  # when the first of those held came
        self._sealed: deque[Sealed[K]] = deque()
        self._ended = False
        self._stopped = False
        self._failure: BaseException | None = None

    def put(self, message: RemoteMessage) -> None:
        """Waits while the taker is behind. Raises Stopped, and then the message is given up."""
        with self._changed:
            while len(self._sealed) >= AHEAD and not self._stopped:
                self._changed.wait()
            if self._stopped:
                discard(message)
                raise Stopped
            if not self._held:
                self._first = time.monotonic()
                self._changed.notify_all()  # the taker's clock begins
            self._held.append(message)
            self._bytes += body_length(message)
            if self._bytes >= BATCH_BYTES or len(self._held) >= BATCH_MESSAGES:
                self._seal()

    def flush(self) -> None:
        """What is held now is worth a batch, however small."""
        with self._changed:
            self._seal()

    def end(self, failure: BaseException | None = None) -> None:
        """The last of all. `failure` is raised in the taker once all that came before it was taken."""
        with self._changed:
            self._seal()
            self._failure = failure
            self._ended = True
            self._changed.notify_all()

    def take(self) -> Sealed[K] | None:
        """The next batch; None after the last."""
        with self._changed:
            while not self._sealed and not self._ended:
                since = time.monotonic() - self._first
                if self._held and since >= BATCH_SECONDS:
                    self._seal()
                else:
                    self._changed.wait(BATCH_SECONDS - since if self._held else None)
            if self._sealed:
                self._changed.notify_all()
                return self._sealed.popleft()
            if self._failure:
                raise self._failure
            return None

    def stop(self) -> None:
        """The taker gives up: whatever is held or still comes is discarded."""
        with self._changed:
            self._stopped = True
            for message in self._held:
                discard(message)
            self._held, self._bytes = [], 0
            self._changed.notify_all()

    def _seal(self) -> None:
        if self._held:
            self._sealed.append(Sealed(self._keep(self._held), self._bytes))
            self._held, self._bytes = [], 0
            self._changed.notify_all()


def body_length(message: RemoteMessage) -> int:
    body = message.body
    return len(body) if isinstance(body, bytes | bytearray) else body.size


def discard(message: RemoteMessage) -> None:
    """A spool is a file: it must not outlive the message that nobody takes."""
    if not isinstance(message.body, bytes | bytearray):
        message.body.discard()
