"""The asyncio transport: one connection on a non-blocking socket, light enough to keep thousands.

An SSL socket with `add_reader` takes 22 KB where asyncio's own TLS takes 285, because that keeps a read buffer for each connection.
"""

import asyncio
import ssl
from collections.abc import Callable
from functools import partial
from socket import socket
from typing import TypeVar

from teczka.core.errors import Problem, Trouble
from teczka.remote.imap.conversation import Command, Conversation, Need, Talk
from teczka.remote.imap.responses import Event
from teczka.remote.tls import client_context, handshake_problem
from teczka.remote.types import Server

T = TypeVar("T")

RECORD = 16384  # bytes: the largest record of TLS


class Line:
    """Any method may raise Problem; the connection is of no use after it. Times in seconds."""

    __slots__ = ("_server", "_sock", "_timeout", "conversation")

    def __init__(self, server: Server, sock: socket, timeout: float) -> None:
        self._server = server
        self._sock = sock
        self._timeout = timeout
        self.conversation = Conversation(server)

    def close(self) -> None:
        self._sock.close()

    async def run(self, talk: Talk[T]) -> T:
        play = self.conversation.play(talk)
        try:
            while True:
                want = next(play)
                if want is Need.MORE:
                    if not await self._receive(self._timeout):
                        raise self.conversation.silence()
                elif want is Need.HANDSHAKE:
                    await self.handshake()
                elif isinstance(want, bytes):
                    await self.send(want)
        except StopIteration as done:
            result: T = done.value
            return result

    async def say(self, command: Command) -> bytes:
        """Send a command without literals; returns its tag."""
        tag, data = self.conversation.start(command)
        await self.send(data)
        return tag

    async def answer(self) -> Event:
        """The next event; silence is a Problem."""
        event = await self.hear(self._timeout)
        if event is None:
            raise self.conversation.silence()
        return event

    async def hear(self, seconds: float) -> Event | None:
        """The next event, or None where none was whole within `seconds`."""
        event = self.conversation.event()
        if event is None and await self._receive(seconds):
            event = self.conversation.event()
        return event

    async def send(self, data: bytes) -> None:
        try:
            while data:
                sent = await self._patiently(partial(self._sock.send, data), self._timeout, writing=True)
                data = data[sent:]
        except TimeoutError as error:
            raise self.conversation.silence() from error
        except OSError as error:
            raise Problem(Trouble.SERVER_CLOSED, host=self._server.host) from error

    async def handshake(self) -> None:
        context = client_context(self._server)
        try:
            wrapped = context.wrap_socket(self._sock, server_hostname=self._server.host, do_handshake_on_connect=False)
            self._sock = wrapped
            await self._patiently(wrapped.do_handshake, self._timeout)
        except (OSError, ValueError) as error:  # ssl.SSLError and TimeoutError are OSErrors
            raise handshake_problem(error, self._server) from error

    async def _receive(self, seconds: float) -> bool:
        """Until a response is whole; False when the time has passed."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not self.conversation.reader.ready:
            try:
                data = await self._patiently(lambda: self._sock.recv(RECORD), end - loop.time())
            except TimeoutError:
                return False
            except OSError as error:
                raise Problem(Trouble.SERVER_CLOSED, host=self._server.host) from error
            if not data:
                raise Problem(Trouble.SERVER_CLOSED, host=self._server.host)
            self.conversation.reader.feed(data)
        return True

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
        add(self._sock, _wake, ready)
        try:
            await ready
        finally:
            remove(self._sock)


def _wake(ready: "asyncio.Future[None]") -> None:
    if not ready.done():
        ready.set_result(None)
