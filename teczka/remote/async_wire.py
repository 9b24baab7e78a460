"""A connection that holds no thread, encrypted or not: what the asyncio transports stand on.

An SSL socket with `add_reader` takes 22 KB where asyncio's own TLS takes 285, because that keeps a read buffer for each connection.
"""

import asyncio
import ssl
from collections.abc import Callable
from functools import partial
from socket import socket
from typing import TypeVar

from teczka.core.errors import Problem, Trouble
from teczka.remote.tls import client_context, handshake_problem
from teczka.remote.types import Server

T = TypeVar("T")

RECORD = 16384  # bytes: the largest record of TLS


class AsyncWire:
    """Any method may raise TimeoutError or Problem; the connection is of no use after it. Times in seconds."""

    __slots__ = ("_server", "_timeout", "sock")

    def __init__(self, sock: socket, server: Server, timeout: float) -> None:
        self.sock = sock  # non-blocking; another one after the handshake
        self._server = server
        self._timeout = timeout

    def close(self) -> None:
        self.sock.close()

    async def handshake(self) -> None:
        """The certificate is verified for the server's name."""
        context = client_context(self._server)
        try:
            wrapped = context.wrap_socket(self.sock, server_hostname=self._server.host, do_handshake_on_connect=False)
            self.sock = wrapped
            await self._patiently(wrapped.do_handshake, self._timeout)
        except (OSError, ValueError) as error:  # ssl.SSLError and TimeoutError are OSErrors
            raise handshake_problem(error, self._server) from error

    async def send(self, data: bytes) -> None:
        try:
            while data:
                sent = await self._patiently(partial(self.sock.send, data), self._timeout, writing=True)
                data = data[sent:]
        except TimeoutError:
            raise
        except OSError as error:
            raise Problem(Trouble.SERVER_CLOSED, host=self._server.host) from error

    async def receive(self, seconds: float) -> bytes:
        """What has come, at least one byte: the end of the connection is Problem(SERVER_CLOSED)."""
        try:
            data = await self._patiently(lambda: self.sock.recv(RECORD), seconds)
            await asyncio.sleep(0)  # whoever never stops talking holds up nobody else
        except TimeoutError:
            raise
        except OSError as error:
            raise Problem(Trouble.SERVER_CLOSED, host=self._server.host) from error
        if not data:
            raise Problem(Trouble.SERVER_CLOSED, host=self._server.host)
        return data

    async def _patiently(self, act: Callable[[], T], seconds: float, *, writing: bool = False) -> T:
        """What `act` gives once the socket lets it; TimeoutError when the time has passed. TLS may want the other direction."""
        async with asyncio.timeout(seconds):
            while True:
                try:
                    return act()
                except ssl.SSLWantReadError:
                    await self._ready(writing=False)
                except ssl.SSLWantWriteError:
                    await self._ready(writing=True)
                except BlockingIOError:
                    await self._ready(writing=writing)

    async def _ready(self, *, writing: bool) -> None:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        add, remove = (loop.add_writer, loop.remove_writer) if writing else (loop.add_reader, loop.remove_reader)
        add(self.sock, _wake, ready)
        try:
            await ready
        finally:
            remove(self.sock)


def _wake(ready: "asyncio.Future[None]") -> None:
    if not ready.done():
        ready.set_result(None)
