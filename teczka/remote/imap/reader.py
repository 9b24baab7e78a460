"""Bytes in, whole responses out; no I/O (RFC 3501 §2.2.2, §4.3).

A response is a list of pieces: line, literal, line, literal, … line, without the CRLFs that frame them. The transport asks `room()`: in
the middle of a literal it is the rest of the literal's own buffer, to be received into and reported by `filled(n)`, so that the bytes of
a message are copied once. Otherwise it hands what it received to `feed(data)`. However the stream is cut, the same responses come out, in
time linear in its length. A response is complete or is not given at all; what is wrong with the stream is told after all that came before.
"""

from teczka.core.errors import Problem, Trouble
from teczka.remote.imap.limits import DEFAULT, PIECE, Limits
from teczka.remote.types import Spool, SpoolFactory, write

Piece = bytes | bytearray | Spool
Response = list[Piece]

# Status responses end in text for people, which may happen to end in "{5}" (§7.1); tagged and continuation lines too.
_TEXTUAL = (b"* OK", b"* NO", b"* BAD", b"* BYE", b"* PREAUTH")
_SEARCHES = (b"* SEARCH", b"* ESEARCH")


class Reader:
    __slots__ = (
        "_buffer",
        "_fault",
        "_filled",
        "_given",
        "_host",
        "_limits",
        "_literal",
        "_message",
        "_missing",
        "_modest",
        "_pieces",
        "_ready",
        "_size",
        "_spool",
    )

    def __init__(self, host: str, spool: SpoolFactory | None = None, limits: Limits = DEFAULT) -> None:
        self._host = host
        self._spool = spool
        self._limits = limits
        self._modest = min(limits.response, limits.search)  # within the limits whatever it is
        self._ready: list[Response] = []  # from _given on; a deque takes 600 bytes even when empty
        self._given = 0
        self._fault: Problem | None = None
        self._pieces: Response = []
        self._size = 0  # of the pieces, without the message
        self._message = False  # the response under way has its one message already
        self._buffer = bytearray()  # not yet understood: at most a line, or what came behind it in one feed
        self._literal: bytearray | Spool | None = None  # under way
        self._filled = 0
        self._missing = 0

    def next(self) -> Response | None:
        """Problem on what is no IMAP or beyond the limits; the reader is useless after it."""
        if self._given < len(self._ready):
            self._given += 1
            return self._ready[self._given - 1]
        self._ready.clear()
        self._given = 0
        if self._fault:
            raise self._fault
        return None

    @property
    def ready(self) -> bool:
        """`next` would give or raise something."""
        return self._given < len(self._ready) or self._fault is not None

    @property
    def empty(self) -> bool:
        """Nothing received that was not handed out: required before a TLS handshake."""
        return not (self.ready or self._pieces or self._buffer or self._literal is not None)

    def close(self) -> None:
        """Give up what is half received."""
        if self._literal is not None and not isinstance(self._literal, bytearray):
            self._literal.discard()
        self._literal = None
        for response in [*self._ready[self._given :], self._pieces]:
            discard(response)
        self._ready.clear()
        self._given = 0
        self._pieces = []

    def room(self) -> memoryview | None:
        """Where the next bytes go, or None: then `feed` them."""
        if isinstance(self._literal, bytearray):
            return memoryview(self._literal)[self._filled :]
        return None

    def filled(self, count: int) -> None:
        self._filled += count
        self._missing -= count
        if not self._missing:
            self._end_literal()

    def feed(self, data: bytes) -> None:
        if self._fault is None:
            try:
                self._understand(data)
            except Problem as problem:
                self._fault = problem

    def _understand(self, data: bytes) -> None:
        start = self._feed_literal(data)
        if self._buffer and b"\n" in data:
            data = bytes(self._buffer) + data
            self._buffer.clear()
        while self._literal is None:
            end = data.find(b"\n", start)
            if end < 0:
                break
            if end == start or data[end - 1] != 13:
                raise self._garbage()  # a bare LF is no line end, §9 CRLF
            start = self._line(data[start : end - 1], data, end + 1)
        if start < len(data):
            self._buffer += data[start:]
            self._check(len(self._buffer), self._buffer)

    def _line(self, line: bytes, data: bytes, after: int) -> int:
        """Returns how far the data is used up: `after`, or beyond a literal that lies in it."""
        self._check(len(line), line)
        self._pieces.append(line)
        self._size += len(line)
        announced = self._announced(line)
        if announced is None:
            self._ready.append(self._pieces)
            self._pieces = []
            self._size = 0
            self._message = False
            return after
        self._start_literal(line, announced)
        return after + self._feed_literal(data, after)

    def _announced(self, line: bytes) -> int | None:
        """The size of the literal that this line announces at its end, or None."""
        first = self._pieces[0]
        if not line.endswith(b"}") or not isinstance(first, bytes):
            return None
        if len(self._pieces) == 1 and (not line.startswith(b"* ") or line[:9].upper().startswith(_TEXTUAL)):
            return None
        digits = line[line.rfind(b"{") + 1 : -1]
        if not digits.isdigit():
            return None  # as `{}`: the tokens will not make sense
        if len(digits) > 15:
            raise Problem(Trouble.SERVER_LIMIT, host=self._host)
        return int(digits)

    def _start_literal(self, line: bytes, size: int) -> None:
        brace = line.rfind(b"{")
        message = (
            self._spool is not None and not self._message and line[max(0, brace - 7) : brace].upper() == b"BODY[] "
        )
        if not message:
            self._check(size + PIECE, line)
            self._size += size + PIECE
        elif size > self._limits.literal:
            raise Problem(Trouble.SERVER_LIMIT, host=self._host, bytes=size)
        self._message = self._message or message
        self._filled = 0
        self._missing = size
        if message and self._spool and size > self._limits.spool_above:
            self._literal = self._spool(size)
        else:
            self._literal = bytearray(size)
        if not size:
            self._end_literal()

    def _feed_literal(self, data: bytes, start: int = 0) -> int:
        """How many of the bytes from `start` on belonged to the literal under way."""
        count = min(len(data) - start, self._missing)
        if self._literal is None or not count:
            return 0
        part = memoryview(data)[start : start + count]
        if isinstance(self._literal, bytearray):
            self._literal[self._filled : self._filled + count] = part
        else:
            write(self._literal, part)
        self.filled(count)
        return count

    def _end_literal(self) -> None:
        if self._literal is not None:
            self._pieces.append(self._literal)
        self._literal = None

    def _check(self, more: int, line: bytes | bytearray) -> None:
        """Before `more` bytes are kept for the response under way; `line` is its first, unless there was one before."""
        if self._size + more <= self._modest:
            return
        first = self._pieces[0] if self._pieces else line
        listing = isinstance(first, bytes | bytearray) and bytes(first[:12]).upper().startswith(_SEARCHES)
        if self._size + more > (self._limits.search if listing else self._limits.response):
            raise Problem(Trouble.SERVER_LIMIT, host=self._host)

    def _garbage(self) -> Problem:
        return Problem(Trouble.SERVER_GARBAGE, host=self._host)


def discard(response: Response) -> None:
    """A response that nobody wants: what it spooled goes."""
    for piece in response:
        if not isinstance(piece, bytes | bytearray):
            piece.discard()
