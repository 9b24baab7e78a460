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

ROOM = 1 << 18  # bytes received at a time, at most
LEAST_ROOM = 1 << 16
FLUSH = 1 << 20  # bytes of a message that wait for its end; more are given on before it
_LONGEST_END = 4
# A lone dot, with or without CR, or one that was doubled: in one go over the bytes, faster than two `find`.
_DOT = re.compile(rb"\n\.(?:\.|(\r\n)|(\n))")
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

    def text(self) -> bytes:
        """Of a listing; empty where there is none."""
        return bytes(self.body) if isinstance(self.body, bytearray) else b""

    def discard(self) -> None:
        if self.content:
            self.content.discard()


class Reader:
    """A `remote.talking.Sink`."""

    def __init__(self, host: str, spool: SpoolFactory | None = None, limits: Limits = DEFAULT) -> None:
        self._host = host
        self._spool = spool
        self._limits = limits
        self._asked: list[tuple[Want, int]] = []  # what is still to be answered, in order
        self._ready: list[Response] = []
        self._fault: Problem | None = None
        self._buffer = bytearray()  # never resized: who receives into it may still hold it
        self._at = 0  # how far the buffer is used up
        self._stop = 0  # and how far it is filled
        self._scanned = 0  # how far it holds no end of the content under way
        self._doubled = 0  # dots before that
        self._tallied = 0  # how far its line ends are counted
        self._lone = 0  # LF without CR before that
        self._status: Status | None = None  # whose content is under way
        self._content: Content | None = None
        self._bare = False  # the server ends its lines without CR
        self.doubtful = False  # a lone dot came, too early

    def expect(self, want: Want, size: int = 0) -> None:
        """A command was sent. Raises Problem where the server has answered before."""
        if not self._asked and self._content is None and self._stop > self._at:
            closing = self._buffer.startswith(b"-ERR", self._at, self._stop)  # for inactivity, say
            raise Problem(Trouble.SERVER_CLOSED if closing else Trouble.SERVER_GARBAGE, host=self._host)
        self._asked.append((want, size))

    @property
    def ready(self) -> bool:
        """`next` would give or raise something."""
        return bool(self._ready) or self._fault is not None

    @property
    def empty(self) -> bool:
        """Nothing received that was not handed out: required before a TLS handshake."""
        return not (self.ready or self._status or self._stop > self._at)

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
        held = self._stop - self._at
        if len(self._buffer) - self._stop < LEAST_ROOM:
            kept = self._buffer[self._at : self._stop]
            if held * 2 > len(self._buffer) or not self._buffer:
                self._buffer = bytearray(max(ROOM, held * 4))
            self._buffer[:held] = kept
            self._scanned = max(0, self._scanned - self._at)
            self._tallied = max(0, self._tallied - self._at)
            self._at, self._stop = 0, held
        return memoryview(self._buffer)[self._stop :]

    def filled(self, count: int) -> None:
        self._stop += count
        if self._fault is not None:
            return
        try:
            while self._content_on() if self._content else self._line():
                pass
        except NotPop3:
            self._fault = Problem(Trouble.SERVER_GARBAGE, host=self._host)
        except Problem as problem:
            self._fault = problem
        if self._fault is not None:
            self._at = self._stop

    def feed(self, data: bytes) -> None:
        start = 0
        while start < len(data) and (room := self.room()) is not None:
            count = min(len(room), len(data) - start)
            room[:count] = data[start : start + count]
            self.filled(count)
            start += count

    def settle(self) -> bool:
        """The server has fallen silent. True where what came is just as long as LIST told and only its end is not as it should be: the
        message is whole, and the connection of no use after it."""
        for end, kept in _ODD_ENDS:
            content, stop = self._content, self._stop - len(end) + kept
            odd = self._buffer.startswith(end, max(self._at, self._stop - len(end)), self._stop)
            if content and content.size and odd and content.missing(self._at, stop, self._doubled) in {0, 2}:
                self._end(stop, self._stop)
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
        end = self._buffer.find(b"\n", self._at, self._stop)
        if (end if end >= 0 else self._stop) - self._at > self._limits.line:
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
            self._doubled = self._lone = 0
            self._at = self._scanned = end  # this line's end stands before the first line of the content
            self._tallied = end + 1
        else:
            self._ready.append(Response(status))
            self._at = end + 1
        return True

    def _content_on(self) -> bool:
        """More of the content; False where more bytes are needed."""
        found = self._find_end()
        if found is None:
            self._scanned = max(self._scanned, self._stop - _LONGEST_END + 1)
            if self._stop - self._at > FLUSH:
                self._flush()
            return False
        start, after = found
        ends = self._ends(start + 1, after)
        self.doubtful = ends is None
        self._scanned = after - 1 if ends is False else start
        if ends:
            self._end(start + 1, after)
        return ends is not None

    def _find_end(self) -> tuple[int, int] | None:
        """Where the line end before the lone dot stands, and what comes after the dot's line."""
        for found in _DOT.finditer(self._buffer, self._scanned, self._stop):
            if found[1] or (found[2] and self._bare):
                return found.span()
            self._doubled += not found[2]
            self._scanned = found.end() - 1 if found[2] else found.end()
        return None

    def _ends(self, stop: int, after: int) -> bool | None:
        """Whether the lone dot behind `stop` is an end; None where it takes more bytes to know."""
        content = self._content
        if content is None or not content.size:
            return True
        missing = content.missing(self._at, stop, self._doubled)
        self._tally(stop)
        if missing <= 0 or self._lone >= missing:  # where LIST counted CRLF
            return True
        follows = bytes(self._buffer[after : min(after + 3, self._stop)]).upper()
        if follows in _STATUS:
            return True
        return None if any(sign.startswith(follows) for sign in _STATUS) else False

    def _tally(self, stop: int) -> None:
        """Counts what was not counted yet: lone dots may come without end."""
        if stop > self._tallied:
            with_cr = self._buffer.count(b"\r\n", max(0, self._tallied - 1), stop)
            self._lone += self._buffer.count(b"\n", self._tallied, stop) - with_cr
            self._tallied = stop

    def _flush(self) -> None:
        """All but what may belong to an end, or to a dot at the beginning of a line."""
        cut = self._stop - _LONGEST_END
        line_end = self._buffer.rfind(b"\n", cut - 2, cut)
        if line_end >= 0:
            cut = line_end
        if self._buffer[cut - 1 : cut] == b"\r":
            cut -= 1
        if self._content and cut > self._at:
            self._tally(cut)
            self._content.take(self._buffer, self._at, cut, self._doubled)
            self._at = cut
            self._doubled = self._buffer.count(b"\n..", cut, self._scanned)

    def _end(self, stop: int, after: int) -> None:
        """The content ends before `stop`; what comes next, at `after`."""
        if self._content and self._status:
            self._content.take(self._buffer, self._at, stop, self._doubled, last=True)
            self._ready.append(Response(self._status, self._content))
        self._content = self._status = None
        self._at = after
