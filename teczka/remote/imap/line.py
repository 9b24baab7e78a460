"""The asyncio transport: one connection that is listened to."""

import math
from socket import socket

from teczka.remote.async_line import AsyncLine
from teczka.remote.imap.conversation import Answer, Command, Conversation
from teczka.remote.imap.responses import Event
from teczka.remote.types import Server


class Line(AsyncLine[Command, Answer, Event]):
    """Any method may raise Problem; the connection is of no use after it. Times in seconds."""

    __slots__ = ()

    _pace = math.inf  # no answer to what is said here is long
    conversation: Conversation

    def __init__(self, server: Server, sock: socket, timeout: float) -> None:
        super().__init__(sock, Conversation(server), timeout)

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
        if event is None:
            try:
                await self._receive(seconds)
            except TimeoutError:
                return None
            event = self.conversation.event()
        return event

    async def send(self, data: bytes) -> None:
        try:
            await self._wire.send(data)
        except TimeoutError as error:
            raise self.conversation.silence() from error
