"""Bytes in, replies out; no I/O (RFC 5321 §4.2)."""

import re
from dataclasses import dataclass

from teczka.core.errors import Problem, Trouble
from teczka.remote.types import printable

# Bytes. RFC 5321 §4.5.3.1.5 allows a line 512; the longest replies, to EHLO, have 2 KB.
LINE = 8192
REPLY = 65536

_LINE = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reply:
    code: int
    lines: tuple[str, ...]

    @property
    def good(self) -> bool:
        return 200 <= self.code < 300

    @property
    def later(self) -> bool:
        """ "Transient negative completion", RFC 5321 §4.2.1."""
        return 400 <= self.code < 500

    @property
    def text(self) -> str:
        """On one line, printable, not long."""
        shown = " ".join(self.lines)[:500]
        return printable(shown).strip()


class Reader:
    """A `remote.talking.Sink`. What is no SMTP, and what is too much, is told by `next`; the reader is useless after it."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._buffer = bytearray()
        self._lines: list[str] = []
        self._code = 0
        self._size = 0
        self._ready: list[Reply] = []
        self._fault: Problem | None = None

    @property
    def ready(self) -> bool:
        return bool(self._ready) or self._fault is not None

    @property
    def empty(self) -> bool:
        """Nothing received that was not handed out: required before a TLS handshake (RFC 3207 §4.2)."""
        return not (self.ready or self._buffer or self._lines)

    def next(self) -> Reply | None:
        """Raises Problem."""
        if self._ready:
            return self._ready.pop(0)
        if self._fault:
            raise self._fault
        return None

    def room(self) -> memoryview | None:
        return None

    def filled(self, count: int) -> None:
        raise NotImplementedError  # nobody was given room

    def close(self) -> None:
        pass  # nothing that would outlast it

    def feed(self, data: bytes) -> None:
        self._buffer += data
        try:
            while self._fault is None and (end := self._buffer.find(b"\n")) >= 0:
                line = bytes(self._buffer[:end]).removesuffix(b"\r")
                del self._buffer[: end + 1]
                self._take(line)
            if len(self._buffer) > LINE:
                raise Problem(Trouble.SERVER_LIMIT, host=self._host)
        except Problem as fault:
            self._fault = fault
            self._buffer.clear()

    def _take(self, line: bytes) -> None:
        found = _LINE.fullmatch(line)
        if not found or (self._lines and int(found[1]) != self._code):
            raise Problem(Trouble.SERVER_GARBAGE, host=self._host)
        self._code = int(found[1])
        self._size += len(line)
        if len(line) > LINE or self._size > REPLY:
            raise Problem(Trouble.SERVER_LIMIT, host=self._host)
        self._lines.append((found[3] or b"").decode("utf-8", "replace"))
        if found[2] != b"-":
            self._ready.append(Reply(self._code, tuple(self._lines)))
            self._lines, self._size = [], 0
