"""Bytes in, whole responses out; no I/O (RFC 1939 §3).

What follows a status line depends on the command that it answers, so `expect` tells the reader of each command as it is sent. However the
stream is cut, the same responses come out, in time linear in its length. A response is complete or is not given at all; what is wrong
with the stream is told after all that came before.

The end of a message is a lone dot, and some servers do not double the dots of what they send. Where less has come than LIST told, a lone
dot is believed only once a status line follows it (`stuck`: a command must be sent for that).
"""

import re
from dataclasses import dataclass

from teczka.core.errors import Problem, Trouble
from teczka.remote.pop3.commands import Want
from teczka.remote.pop3.content import Body, Content
from teczka.remote.pop3.limits import DEFAULT, Limits
from teczka.remote.pop3.status import NotPop3, Status, read
from teczka.remote.types import SpoolFactory

FLUSH = 1 << 20  # bytes of a message that wait for its end; more are given on before it
_LONGEST_END = 4
_BARE_END = re.compile(rb"\n\.\r?\n")
_STATUS = (b"+OK", b"-ER")
# What may stand in the place of the last dot's line, and how much of it belongs to the message. Exchange has been seen to set the dot
# behind the last letter.
_ODD_ENDS = ((b"\n.\n", 1), (b"\n.", 1), (b".\r\n", 0))


@dataclass(slots=True)
class Response:
    status: Status
    content: Content | None = None  # None where nothing follows
    challenged: bool = False  # we had to answer before it came

    @property
    def body(self) -> Body:
        return self.content.body if self.content else bytearray()

    def lines(self) -> list[bytes]:
        """Of a listing, without their ends."""
        return bytes(self.body).splitlines() if isinstance(self.body, bytearray) else []

    def discard(self) -> None:
        if self.content:
            self.content.discard()


class Reader:
    """A `remote.wire.Sink`."""

    def __init__(self, host: str, spool: SpoolFactory | None = None, limits: Limits = DEFAULT) -> None:
        self._host = host
        self._spool = spool
        self._limits = limits
        self._asked: list[tuple[Want, int]] = []  # what is still to be answered, in order
        self._ready: list[Response] = []
        self._fault: Problem | None = None
        self._buffer = bytearray()
        self._at = 0  # how far the buffer is used up
        self._scanned = 0  # how far it holds no end of the content under way
        self._status: Status | None = None  # whose content is under way
        self._content: Content | None = None
        self._bare = False  # the server ends its lines without CR
        self.doubtful = False  # a lone dot came, too early

    def expect(self, want: Want, size: int = 0) -> None:
        """A command was sent. Raises Problem where the server has answered before."""
        if not self._asked and self._content is None and len(self._buffer) > self._at:
            closing = self._buffer.startswith(b"-ERR", self._at)  # for inactivity, say
            raise Problem(Trouble.SERVER_CLOSED if closing else Trouble.SERVER_GARBAGE, host=self._host)
        self._asked.append((want, size))

    @property
    def ready(self) -> bool:
        """`next` would give or raise something."""
        return bool(self._ready) or self._fault is not None

    @property
    def empty(self) -> bool:
        """Nothing received that was not handed out: required before a TLS handshake."""
        return not (self.ready or self._status or len(self._buffer) > self._at)

    @property
    def stuck(self) -> bool:
        """A lone dot came too early, and no answer is due that would tell whether it was the end."""
        return self.doubtful and not self._asked

    def next(self) -> Response | None:
        """Problem on what is no POP3 or beyond the limits; the reader is useless after it."""
        if self._ready:
            return self._ready.pop(0)
        if self._fault:
            raise self._fault
        return None

    def room(self) -> memoryview | None:
        return None

    def filled(self, count: int) -> None:
        raise NotImplementedError  # nobody was given room

    def feed(self, data: bytes) -> None:
        if self._fault is not None:
            return
        self._buffer += data
        try:
            while self._content_on() if self._content else self._line():
                pass
        except NotPop3:
            self._fault = Problem(Trouble.SERVER_GARBAGE, host=self._host)
        except Problem as problem:
            self._fault = problem
        if self._at:
            del self._buffer[: self._at]
            self._scanned = max(0, self._scanned - self._at)
            self._at = 0

    def settle(self) -> bool:
        """The server has fallen silent. True where what came is just as long as LIST told and only its end is not as it should be: the
        message is whole, and the connection of no use after it."""
        held = self._buffer[self._at :]
        for end, kept in _ODD_ENDS:
            if self._content and self._content.size and held.endswith(end) and not self.ready:
                stop = len(held) - len(end) + kept
                if self._content.missing_after(held[:stop]) in {0, 2}:
                    self._end(self._at + stop)
                    return True
        return False

    def close(self) -> None:
        """Give up what is half received."""
        for response in self._ready:
            response.discard()
        if self._content:
            self._content.discard()
        self._ready.clear()
        self._content = None

    def _line(self) -> bool:
        """A status line; False where more bytes are needed."""
        if not self._asked:
            return False
        end = self._buffer.find(b"\n", self._at)
        if (end if end >= 0 else len(self._buffer)) - self._at > self._limits.line:
            raise Problem(Trouble.SERVER_LIMIT, host=self._host)
        if end < 0:
            return False
        line = bytes(self._buffer[self._at : end])
        self._bare = not line.endswith(b"\r")
        status = read(line.removesuffix(b"\r"))
        want, size = self._asked.pop(0)
        if status.ok and want is not Want.STATUS:
            self._status = status
            self._content = Content(want, size, self._host, self._limits, self._spool)
            self._at = self._scanned = end  # this line's end stands before the first line of the content
        else:
            self._ready.append(Response(status))
            self._at = end + 1
        return True

    def _content_on(self) -> bool:
        """More of the content; False where more bytes are needed."""
        found = self._find_end()
        if found is None:
            self._scanned = max(self._at, len(self._buffer) - _LONGEST_END + 1)
            if len(self._buffer) - self._at > FLUSH:
                self._flush()
            return False
        start, after = found
        ends = self._ends(start, after)
        self.doubtful = ends is None
        self._scanned = after - 1 if ends is False else start
        if ends:
            self._end(start + 1)
            self._at = after
        return ends is not None

    def _find_end(self) -> tuple[int, int] | None:
        """Where the line end before the lone dot stands, and what comes after the dot's line."""
        if self._bare:
            found = _BARE_END.search(self._buffer, self._scanned)
            return found.span() if found else None
        start = self._buffer.find(b"\n.\r\n", self._scanned)
        return (start, start + _LONGEST_END) if start >= 0 else None

    def _ends(self, start: int, after: int) -> bool | None:
        """Whether the lone dot is an end; None where it takes more bytes to know."""
        content, piece = self._content, self._buffer[self._at : start + 1]
        if content is None or not content.size or (missing := content.missing_after(piece)) <= 0:
            return True
        if content.bare_line_ends(piece) >= missing:  # LIST counted CRLF
            return True
        follows = bytes(self._buffer[after : after + 3]).upper()
        if follows in _STATUS:
            return True
        return None if any(sign.startswith(follows) for sign in _STATUS) else False

    def _flush(self) -> None:
        """All but what may belong to an end, or to a dot at the beginning of a line."""
        cut = len(self._buffer) - _LONGEST_END
        line_end = self._buffer.rfind(b"\n", cut - 2, cut)
        if line_end >= 0:
            cut = line_end
        if self._buffer[cut - 1 : cut] == b"\r":
            cut -= 1
        if self._content and cut > self._at:
            self._content.write(self._buffer[self._at : cut])
            self._at = cut
            self._scanned = max(self._scanned, cut)

    def _end(self, stop: int) -> None:
        """The content ends before `stop`."""
        if self._content and self._status:
            self._content.write(self._buffer[self._at : stop], last=True)
            self._ready.append(Response(self._status, self._content))
        self._content = self._status = None
        self._at = len(self._buffer)
