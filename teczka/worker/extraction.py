"""A reader's other hand: extracts the text of attached files, one after another, in a thread that mostly waits for the limited process.
What was fetched goes first; that process is nice, so that reading letters is not slower for it."""

import logging
import threading
from types import TracebackType
from typing import Self

from django.db import connection

from teczka.actions.extraction import extract_again, extract_some
from teczka.mime.extraction.confined import Extractor

AGAIN = 200  # attachments put back into the queue at a time, after a newer version has come
NAP_SECONDS = 5.0  # another reader's letters may have been read meanwhile
PAUSE_SECONDS = 10.0  # after what was not a file's fault
IDLE_NAPS = 12  # then the limited process is let go
END_SECONDS = 1.0  # a file that takes longer is begun anew by the next reader

log = logging.getLogger(__name__)


class Extraction:
    """While it is entered. `wake` after letters were read."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name="extraction", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._woken.set()
        self._thread.join(END_SECONDS)

    def wake(self) -> None:
        self._woken.set()

    def _run(self) -> None:
        naps = 0
        older = True  # there may be texts that an older version has extracted
        with Extractor() as extractor:
            while not self._ended.is_set():
                self._woken.clear()
                try:
                    naps = 0 if drain(extractor, self._ended) else naps + 1
                    if older and (older := extract_again(AGAIN) > 0):
                        continue
                except Exception:
                    # The next file may fare better; that the database is away the reader meets itself, and ends.
                    log.exception("extraction failed")
                    connection.close()
                    self._ended.wait(PAUSE_SECONDS)
                if naps >= IDLE_NAPS:
                    extractor.close()
                self._woken.wait(NAP_SECONDS)
        connection.close()


def drain(extractor: Extractor, stopping: threading.Event) -> int:
    """Extract until nothing waits. Returns how many files were taken."""
    total = 0
    while not stopping.is_set() and (count := extract_some(extractor)):
        total += count
    return total
