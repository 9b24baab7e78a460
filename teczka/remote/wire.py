"""A blocking connection, encrypted or not: what the bulk transports stand on.

TLS runs between two buffers in memory and not around the socket: there OpenSSL fetches each record with two system calls, and mail servers
send records of 4 KB. Here one call brings as many as have come. (A first sync spends a quarter less of its reading thread's time.)
"""

import math
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from socket import SHUT_RDWR, socket
from typing import cast

from teczka.core.errors import Problem, Trouble
from teczka.remote.talking import Sink
from teczka.remote.tls import client_context, handshake_problem
from teczka.remote.types import Server

ROOM = 1 << 18  # bytes fetched at once
RECORD = 1 << 14  # bytes: the largest of TLS, RFC 8446 §5.1


class Wire:
    """Any method may raise OSError (ssl.SSLError and TimeoutError are some); the connection is of no use after it.

    A step may take `timeout` seconds, and the whole connection lasts until `end`, by time.monotonic().
    """

    def __init__(self, sock: socket, server: Server, timeout: float, end: float) -> None:
        self._sock = sock
        self._server = server
        self.timeout = timeout
        self.end = end
        self._seconds = 0.0
        self._raw = memoryview(bytearray(ROOM))
        self._fresh = b""  # received without encryption, not yet given on
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None
        self._closing = threading.Lock()  # a number that was closed may be another socket's at once

    @property
    def tls(self) -> ssl.SSLObject | None:
        return self._tls

    @property
    def seconds(self) -> float:
        """That a step may take. Never 0: that would mean "do not block"."""
        return min(self.timeout, max(0.001, self.end - time.monotonic()))

    def handshake(self) -> None:
        """A step as a whole; the certificate is verified for the server's name. Raises Problem."""
        server, end = self._server, time.monotonic() + self.seconds
        try:
            context = client_context(server)
            tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server.host)
            while not self._shaken(tls):
                self.patience(max(0.001, end - time.monotonic()))
                self._flush()
                self._fetch()
            self._flush()  # our last words; where the server is refused, they tell it why
        # ssl.SSLError is an OSError; a host that cannot be a name is a ValueError.
        except (OSError, ValueError) as error:
            raise handshake_problem(error, server) from error
        self._tls = tls

    def outlast(self) -> None:
        """Its end is forgotten."""
        self.end = math.inf

    def patience(self, seconds: float) -> None:
        """How long `receive` may take from now on, each time; above 0."""
        if seconds != self._seconds:  # a system call
            self._sock.settimeout(seconds)
            self._seconds = seconds

    def send(self, data: bytes) -> None:
        """A step. Raises TimeoutError, or Problem(SERVER_CLOSED)."""
        try:
            self.patience(self.seconds)
            if self._tls is None:
                self._sock.sendall(data)
            else:
                self._tls.write(data)
                self._flush()
        except TimeoutError:
            raise
        except OSError as error:
            raise Problem(Trouble.SERVER_CLOSED, host=self._server.host) from error

    def receive(self) -> int:
        """Waits for bytes; how many came, 0 at the end. `pull` gives them on."""
        if self._tls is not None:
            return self._fetch()
        self._fresh = self._sock.recv(ROOM)
        return len(self._fresh)

    def pull(self, sink: Sink) -> None:
        """Give the sink what was received, until it is ready or nothing is left."""
        if self._tls is None:
            fresh, self._fresh = self._fresh, b""
            if fresh:
                sink.feed(fresh)
            return
        read = self._tls.read
        read_into = cast("Callable[[int, memoryview], int]", read)  # the stubs know one of its two shapes
        try:
            while not sink.ready:
                room = sink.room()
                if room is not None:
                    _fill(room, sink, read_into)
                elif data := read(RECORD):
                    sink.feed(data)
                else:
                    raise ConnectionResetError("close_notify")
        except ssl.SSLWantReadError:
            if self._outgoing.pending:  # a key update wants an answer, RFC 8446 §4.6.3
                self._flush()

    def cut(self) -> None:
        """From any thread: whoever waits here for the server, or comes to, finds the connection ended."""
        with self._closing, suppress(OSError):
            self._sock.shutdown(SHUT_RDWR)

    def close(self) -> None:
        with self._closing:
            self._sock.close()

    def _shaken(self, tls: ssl.SSLObject) -> bool:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError:
            self._flush()
            raise
        return True

    def _fetch(self) -> int:
        count = self._sock.recv_into(self._raw)
        if count:
            self._incoming.write(self._raw[:count])
        else:
            self._incoming.write_eof()
        return count

    def _flush(self) -> None:
        self._sock.sendall(self._outgoing.read())


def _fill(room: memoryview, sink: Sink, read: Callable[[int, memoryview], int]) -> None:
    """The hot loop of a first sync: 250 records pass here a megabyte."""
    size, done = len(room), 0
    try:
        while done < size:
            count = read(size - done, room[done:])
            if not count:
                raise ConnectionResetError("close_notify")
            done += count
    finally:
        if done:
            sink.filled(done)
