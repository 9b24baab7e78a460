"""Where the text of a file goes, and what bounds the work on it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from teczka.core.extraction import MOST_SIGNS, Lack


@dataclass(frozen=True, slots=True)
class Bounds:
    """For one attached file with all that is enclosed in it."""

    text: int = MOST_SIGNS  # characters that are kept
    unfolded: int = 50_000_000  # bytes that come out of compressed and encoded ones
    ratio: int = 100  # times as large as it was packed, of an entry above `unjudged`
    unjudged: int = 1_000_000  # bytes
    seconds: float = 25.0  # of the processor: short of the limit that kills, so that what was read until then is kept
    levels: int = 8  # files in files
    files: int = 500


BOUNDS: Final = Bounds()


class Refused(Exception):
    """No more text comes out of the file; what came out before stays."""

    def __init__(self, lack: Lack) -> None:
        super().__init__(lack)
        self.lack = lack


class Sink:
    """Takes text until a bound is met; then raises Refused."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._pieces: list[str] = []
        self._left = bounds.text
        self._unfolded = 0
        self._files = 0
        self._level = 0
        self._end = time.process_time() + bounds.seconds

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def add(self, text: str) -> None:
        if self._end < time.process_time():
            raise Refused(Lack.CUT)
        self._pieces.append(text[: self._left])
        self._left -= len(text)
        if self._left < 0:
            raise Refused(Lack.CUT)

    def spend(self, unfolded: int) -> None:
        """So many more bytes were unpacked."""
        self._unfolded += unfolded
        if self._unfolded > self.bounds.unfolded:
            raise Refused(Lack.CUT)

    def judge(self, packed: int, unfolded: int) -> None:
        """An entry of so many packed bytes has yielded so many: text that people write never packs that well."""
        if unfolded > self.bounds.unjudged and unfolded > packed * self.bounds.ratio:
            raise Refused(Lack.TOO_LARGE)

    @contextmanager
    def file(self) -> Iterator[None]:
        """While a file is read, or one inside it."""
        self._level += 1
        self._files += 1
        if self._level > self.bounds.levels or self._files > self.bounds.files:
            raise Refused(Lack.CUT)
        try:
            yield
        finally:
            self._level -= 1
