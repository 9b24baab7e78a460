"""The asyncio transport: one connection, light enough to keep thousands."""

import asyncio
from socket import socket
from typing import TypeVar

from teczka.remote.async_wire import AsyncWire
from teczka.remote.imap.conversation import Command, Conversation, Need, Talk
from teczka.remote.imap.responses import Event
from teczka.remote.types import Server

T = TypeVar("T")


class Line:
    """Any method may raise Problem; the connection is of no use after it. Times in seconds."""

    __slots__ = ("_timeout", "_wire", "conversation")

    def __init__(self, server: Server, sock: socket, timeout: float) -> None:
        self._wire = AsyncWire(sock, server, timeout)
        self._timeout = timeout
        self.conversation = Conversation(server)

    def close(self) -> None:
        self._wire.close()

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
            await self._wire.send(data)
        except TimeoutError as error:
            raise self.conversation.silence() from error

    async def handshake(self) -> None:
        await self._wire.handshake()

    async def _receive(self, seconds: float) -> bool:
        """Until a response is whole; False when the time has passed."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        try:
            while not self.conversation.reader.ready:
                self.conversation.reader.feed(await self._wire.receive(end - loop.time()))
        except TimeoutError:
            return False
        return True
