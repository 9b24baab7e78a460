"""Between the thread that reads from the network and the one that writes to disk: messages wait here, bounded by their bytes."""

import time
from threading import Condition

from teczka.core.mail import RemoteMessage

BATCH_BYTES = 8_000_000  # an fsync and a commit each: measured, larger ones win nothing
BATCH_MESSAGES = 200
BATCH_SECONDS = 0.5  # since its first message: on a slow line mail is shown as it comes


class Stopped(Exception):
    """Nobody wants what is read any more."""


class Basket:
    """One thread puts, then ends with `end` or `fail`; another takes batches. Holds two batches' bytes, or one message larger than that."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._held: list[RemoteMessage] = []
        self._bytes = 0
        self._first = 0.0  # when the first of those held came
        self._flush = False
        self._ended = False
        self._stopped = False
        self._failure: BaseException | None = None

    def put(self, message: RemoteMessage) -> None:
        """Waits while two batches are held. Raises Stopped, and then the message is given up."""
        size = body_length(message)
        with self._changed:
            while self._bytes and self._bytes + size > 2 * BATCH_BYTES and not self._stopped:
                self._flush = True  # waiting for a fuller batch would be waiting for each other
                self._changed.notify_all()
                self._changed.wait()
            if self._stopped:
                discard(message)
                raise Stopped
            if not self._held:
                self._first = time.monotonic()
                self._changed.notify_all()  # the taker's clock begins
            self._held.append(message)
            self._bytes += size
            if self._ready():
                self._changed.notify_all()

    def flush(self) -> None:
        """What is held now is worth a batch, however small."""
        with self._changed:
            self._flush = True
            self._changed.notify_all()

    def end(self, failure: BaseException | None = None) -> None:
        with self._changed:
            self._failure = failure
            self._ended = True
            self._changed.notify_all()

    def take(self) -> list[RemoteMessage]:
        """The next batch; empty after the last. A failure of the reading thread is raised once all that came before it was taken."""
        with self._changed:
            while not self._ready():
                since = time.monotonic() - self._first if self._held else 0.0
                if self._held and since >= BATCH_SECONDS:
                    break
                self._changed.wait(BATCH_SECONDS - since if self._held else None)
            batch, self._held = self._held, []
            self._bytes, self._flush = 0, False
            self._changed.notify_all()
            if not batch and self._failure:
                raise self._failure
            return batch

    @property
    def ready(self) -> bool:
        """`take` would not wait."""
        with self._changed:
            return self._ready()

    def stop(self) -> None:
        """The taker gives up: whatever is held or still comes is discarded."""
        with self._changed:
            self._stopped = True
            for message in self._held:
                discard(message)
            self._held, self._bytes = [], 0
            self._changed.notify_all()

    def _ready(self) -> bool:
        return (
            self._ended
            or (self._flush and bool(self._held))
            or self._bytes >= BATCH_BYTES
            or len(self._held) >= BATCH_MESSAGES
        )


def body_length(message: RemoteMessage) -> int:
    body = message.body
    return len(body) if isinstance(body, bytes | bytearray) else body.size


def discard(message: RemoteMessage) -> None:
    """A spool is a file: it must not outlive the message that nobody takes."""
    if not isinstance(message.body, bytes | bytearray):
        message.body.discard()
