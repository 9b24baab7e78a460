"""What stands between a `+OK` and the lone dot (RFC 1939 §3), written where it belongs while it comes.

Lenient where servers are known to err, so that no byte of a message is lost: a dot that nobody doubled is kept, for a server that doubles
them never sends such a line.
"""

from hashlib import sha256

from teczka.core.errors import Problem, Trouble
from teczka.remote.pop3.commands import Want
from teczka.remote.pop3.limits import Limits
from teczka.remote.types import Spool, SpoolFactory, write

Body = bytearray | Spool


class Content:
    """`size`: as LIST told it, 0 where it did not."""

    __slots__ = (
        "_host",
        "_limits",
        "_opened",
        "_spool",
        "_spooled",
        "_want",
        "body",
        "length",
        "prefix",
        "size",
    )

    def __init__(self, want: Want, size: int, host: str, limits: Limits, spool: SpoolFactory | None) -> None:
        self.size = size
        self.length = 0  # so far
        self.body: Body = bytearray()
        self.prefix = b""  # the beginning of what lies in a spool
        self._want = want
        self._host = host
        self._limits = limits
        self._spool = spool if want is Want.MESSAGE else None
        self._spooled: Spool | None = None
        self._opened = False  # the line end before the first line was taken off

    def take(self, buffer: bytearray, start: int, stop: int, doubled: int, *, last: bool = False) -> None:
        """What lies there begins with a line end or in the middle of a line, and splits neither a line end nor a dot from it. `doubled`: so
        many of its dots at most. Raises Problem(SERVER_LIMIT), or DISK_FULL."""
        if not doubled:
            piece = buffer[start if self._opened else start + 1 : stop]
        else:
            piece = buffer[start:stop].replace(b"\n..", b"\n.")
            if not self._opened:
                del piece[0]
        self._opened = True
        # A message without a line end at its end gets one from the server, which LIST does not count.
        if last and self.size and self.length + len(piece) == self.size + 2 and piece.endswith(b"\r\n"):
            del piece[-2:]
        self.length += len(piece)
        if self.length > (self._limits.listing if self._want is Want.LINES else self._limits.message):
            raise Problem(Trouble.SERVER_LIMIT, host=self._host, bytes=self.length)
        self._keep(piece)

    def missing(self, start: int, stop: int, doubled: int) -> int:
        """How many bytes LIST told beyond what lies there; below 0 where there are more."""
        return self.size - self.length - (stop - start) + doubled + (not self._opened)

    def digest(self) -> bytes:
        """SHA-256 of what lies in memory; empty for a spool, which knows its own."""
        return sha256(self.body).digest() if isinstance(self.body, bytearray) else b""

    def discard(self) -> None:
        if self._spooled is not None:
            self._spooled.discard()

    def _keep(self, piece: bytearray) -> None:
        if isinstance(self.body, bytearray):
            if self._want is Want.HEAD:  # a TOP may give more than it was asked for
                del piece[max(0, self._limits.head - len(self.body)) :]
            if self.body:
                self.body.extend(piece)
            else:
                self.body = piece
            if self._spool is not None and len(self.body) > self._limits.spool_above:
                self._to_disk(self.body, self._spool(self.size))
        else:
            write(self.body, piece)

    def _to_disk(self, held: bytearray, spool: Spool) -> None:
        self.prefix = bytes(held[: self._limits.head])
        self.body = self._spooled = spool
        write(spool, held)
