"""What a pass did."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from teczka.core.errors import Problem

Digest = bytes


@dataclass
class Report:
    """`messages`: placements that are new; `bytes`: of raw mail downloaded; `seconds`: by phase (listing, network, storage)."""

    folders: int = 0
    messages: int = 0
    bytes: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    problems: list[tuple[str, Problem]] = field(default_factory=list)  # (folder's path or wire name, what went wrong)
    stopped: Problem | None = None  # what ended the pass before its end
    allowance: int | None = None  # bytes that the pass may download; None: any number
    settled: Digest = b""  # RemoteDrop.digest of a listing of which nothing is left to do; empty: ask anew

    def as_json(self) -> dict[str, Any]:
        """For a request's answer and `teczka sync --json`."""
        return {
            "folders": self.folders,
            "messages": self.messages,
            "bytes": self.bytes,
            "seconds": {phase: round(seconds, 3) for phase, seconds in self.seconds.items()},
            "problems": [{"folder": _printable(folder), **problem.as_json()} for folder, problem in self.problems],
            "stopped": self.stopped.as_json() if self.stopped else None,
        }

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began


def _printable(text: str) -> str:
    """A server may put anything into a name; a NUL no column takes."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in text
    )
