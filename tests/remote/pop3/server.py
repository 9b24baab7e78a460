"""A POP3 server on loopback that errs as it is told: one mailbox, seen by one session after the other.

It is written from RFC 1939 and from what servers are known to do, without the product's code, so that it can be the oracle: `drop` holds
what the mailbox holds, and `said` every line that a client said.
"""

import base64
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from teczka.remote.types import Credential, Security, Server

HOST = "127.0.0.1"
CREDENTIAL = Credential("anna", "sekret")


@dataclass(eq=False)
class Held:
    serial: int  # never given twice
    raw: bytes


Name = Callable[[Held, int], bytes | None]  # of a message and its number


def by_serial(held: Held, number: int) -> bytes:
    return b"uid%06d" % held.serial


@dataclass
class Quirks:
    capa: bytes = b"TOP\r\nUIDL\r\nPIPELINING\r\nUSER\r\nSASL PLAIN\r\n"  # empty: -ERR
    name: Name | None = by_serial  # None: UIDL is -ERR
    size: Callable[[Held], int] = lambda held: len(held.raw)
    top: Callable[[Held], bytes | None] = lambda held: held.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"  # None: -ERR
    line_end: bytes = b"\r\n"  # of what the server says itself
    doubles_dots: bool = True
    body: Callable[[bytes], bytes] = bytes  # what is made of a message on its way out
    last_line: bytes = b".\r\n"
    lists: Callable[[list[bytes]], list[bytes]] = list  # what is made of the lines of LIST
    names: Callable[[list[bytes]], list[bytes]] = list  # and of UIDL
    stat: Callable[[int], int] = int
    refuses: frozenset[int] = frozenset()  # serials whose RETR is -ERR
    hides_after: bool = False  # what was fetched is not listed again (Gmail)
    cut_after: int = -1  # bytes of a session, then it is cut; below 0: never
    shows: Callable[[list[Held]], list[Held]] = list


class Cut(Exception):
    """The connection ends here."""


@dataclass
class Drop:
    messages: list[Held] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)


class Erring:
    """`with Erring() as server:`; `drop` and `quirks` may be changed between sessions."""

    def __init__(self) -> None:
        self.drop = Drop()
        self.quirks = Quirks()
        self.said: list[bytes] = []
        self.sessions = 0
        self.sent = 0  # bytes of the last session
        self._listener = socket.create_server((HOST, 0))
        self._threads: list[threading.Thread] = []

    @property
    def server(self) -> Server:
        return Server(HOST, self._listener.getsockname()[1], Security.PLAIN)

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.sessions += 1
                self._start(Session(self, sock).serve)


class Session:
    def __init__(self, server: Erring, sock: socket.socket) -> None:
        self._server = server
        self._quirks = server.quirks
        self._sock = sock
        self._heard = b""
        shown = [held for held in server.drop.messages if held.serial not in server.drop.hidden]
        self._shown = self._quirks.shows(shown)
        server.sent = 0

    def serve(self) -> None:
        with suppress(OSError, EOFError, Cut):
            self._say(b"+OK ready")
            while self._answer(self._line()):
                pass
        self._sock.close()

    def _answer(self, line: bytes) -> bool:
        verb, _, rest = line.partition(b" ")
        answers = {
            b"CAPA": self._capa,
            b"USER": lambda _: self._say(b"+OK"),
            b"PASS": lambda _: self._say(b"+OK in"),
            b"AUTH": self._auth,
            b"STAT": lambda _: self._say(b"+OK %d %d" % (self._quirks.stat(len(self._shown)), self._total())),
            b"LIST": lambda _: self._listing(self._quirks.lists([b"%d" % self._quirks.size(h) for h in self._shown])),
            b"UIDL": self._uidl,
            b"TOP": self._top,
            b"RETR": self._retr,
            b"NOOP": lambda _: self._say(b"+OK"),
            b"QUIT": lambda _: self._say(b"+OK bye"),
        }
        answers.get(verb.upper(), lambda _: self._say(b"-ERR what?"))(rest)
        return verb.upper() != b"QUIT"

    def _total(self) -> int:
        return sum(self._quirks.size(held) for held in self._shown)

    def _capa(self, _: bytes) -> None:
        if self._quirks.capa:
            self._say(b"+OK")
            self._send(self._quirks.capa + b".\r\n")
        else:
            self._say(b"-ERR what?")

    def _auth(self, rest: bytes) -> None:
        mechanism, _, initial = rest.partition(b" ")
        if mechanism.upper() != b"PLAIN":
            self._say(b"-ERR no such mechanism")
            return
        if not initial:
            self._say(b"+ ")
            initial = self._line()
        good = base64.b64decode(initial) == f"\0{CREDENTIAL.username}\0{CREDENTIAL.secret}".encode()
        self._say(b"+OK in" if good else b"-ERR [AUTH] wrong")

    def _uidl(self, _: bytes) -> None:
        name = self._quirks.name
        if name is None:
            self._say(b"-ERR what?")
            return
        told = [name(held, number) for number, held in enumerate(self._shown, 1)]
        self._listing(self._quirks.names([b"" if one is None else one for one in told]))

    def _listing(self, told: list[bytes]) -> None:
        self._say(b"+OK")
        end = self._quirks.line_end
        lines = [b"%d %s%s" % (number, one, end) for number, one in enumerate(told, 1) if one != b"-"]
        self._send(b"".join(lines) + b"." + end)

    def _top(self, rest: bytes) -> None:
        held = self._shown[int(rest.split()[0]) - 1]
        told = self._quirks.top(held)
        if told is None:
            self._say(b"-ERR what?")
        else:
            self._say(b"+OK")
            self._send(_doubled(told) + b".\r\n")

    def _retr(self, rest: bytes) -> None:
        number = int(rest)
        if not 0 < number <= len(self._shown) or self._shown[number - 1].serial in self._quirks.refuses:
            self._say(b"-ERR no such message")
            return
        held = self._shown[number - 1]
        if self._quirks.hides_after:  # before the answer: the next session may come as soon as it was heard
            self._server.drop.hidden.add(held.serial)
        raw = self._quirks.body(held.raw)
        raw = _doubled(raw) if self._quirks.doubles_dots else raw
        if raw and not raw.endswith(b"\n"):
            raw += b"\r\n"
        self._say(b"+OK")
        self._send(raw + self._quirks.last_line)

    def _say(self, text: bytes) -> None:
        self._send(text + self._quirks.line_end)

    def _send(self, data: bytes) -> None:
        if 0 <= self._quirks.cut_after < self._server.sent + len(data):
            data = data[: self._quirks.cut_after - self._server.sent]
            self._server.sent += len(data)
            self._sock.sendall(data)
            raise Cut
        self._server.sent += len(data)
        self._sock.sendall(data)

    def _line(self) -> bytes:
        while b"\n" not in self._heard:
            data = self._sock.recv(65536)
            if not data:
                raise EOFError
            self._heard += data
        line, _, self._heard = self._heard.partition(b"\n")
        self._server.said.append(line)
        return line.rstrip(b"\r")


def _doubled(raw: bytes) -> bytes:
    return (b"\n" + raw).replace(b"\n.", b"\n..")[1:]
