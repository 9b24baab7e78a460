"""What stands between a `+OK` and the lone dot (RFC 1939 §3), written where it belongs while it comes.

Lenient where servers are known to err, so that no byte of a message is lost: a dot that nobody doubled is kept, for a server that doubles
them never sends such a line.
"""

import errno
from hashlib import sha256

from teczka.core.errors import Problem, Trouble
from teczka.remote.pop3.commands import Want
from teczka.remote.pop3.limits import Limits
from teczka.remote.types import Spool, SpoolFactory

Body = bytearray | Spool


class Content:
    """`size`: as LIST told it, 0 where it did not."""

    __slots__ = ("_host", "_limits", "_opened", "_spool", "_spooled", "_want", "body", "length", "prefix", "size")

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

    def write(self, piece: bytes | bytearray, *, last: bool = False) -> None:
        """`piece` begins with a line end or in the middle of a line, and splits neither a line end nor a dot from it."""
        if b"\n.." in piece:
            piece = piece.replace(b"\n..", b"\n.")
        if not self._opened:
            piece, self._opened = piece[1:], True
        # A message without a line end at its end gets one from the server, which LIST does not count.
        if last and self.size and self.length + len(piece) == self.size + 2 and piece.endswith(b"\r\n"):
            piece = piece[:-2]
        self.length += len(piece)
        if self.length > (self._limits.listing if self._want is Want.LINES else self._limits.message):
            raise Problem(Trouble.SERVER_LIMIT, host=self._host, bytes=self.length)
        self._keep(piece)

    def missing_after(self, piece: bytes | bytearray) -> int:
        """How many bytes LIST told beyond these."""
        return self.size - self.length - len(piece.replace(b"\n..", b"\n.")) + (not self._opened)

    def bare_line_ends(self, piece: bytes | bytearray) -> int:
        """LF without CR in what lies in memory, and in this piece."""
        held = self.body if isinstance(self.body, bytearray) else b""
        return sum(part.count(b"\n") - part.count(b"\r\n") for part in (held, piece))

    def digest(self) -> bytes:
        """SHA-256 of what lies in memory; empty for a spool, which knows its own."""
        return sha256(self.body).digest() if isinstance(self.body, bytearray) else b""

    def discard(self) -> None:
        if self._spooled is not None:
            self._spooled.discard()

    def _keep(self, piece: bytes | bytearray) -> None:
        if isinstance(self.body, bytearray):
            if self._want is Want.HEAD:  # a TOP may give more than it was asked for
                piece = piece[: max(0, self._limits.head - len(self.body))]
            self.body.extend(piece)
            if self._spool is not None and len(self.body) > self._limits.spool_above:
                self._to_disk(self.body, self._spool(self.size))
        else:
            self._write(self.body, piece)

    def _to_disk(self, held: bytearray, spool: Spool) -> None:
        self.prefix = bytes(held[: self._limits.head])
        self.body = self._spooled = spool
        self._write(spool, held)

    def _write(self, spool: Spool, piece: bytes | bytearray) -> None:
        try:
            spool.write(piece)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise Problem(Trouble.DISK_FULL) from error
            raise
