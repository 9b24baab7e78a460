"""The asyncio transport: one connection and its conversation, light enough to keep thousands."""

import math
from socket import socket
from typing import ClassVar, Generic

from teczka.remote.async_wire import AsyncWire
from teczka.remote.pace import PACE, Pace
from teczka.remote.talking import A, C, Conversation, E, Need, T, Talk, Way


class AsyncLine(Generic[C, A, E]):
    """Any method may raise Problem; the connection is of no use after it, and somebody must `close` it. Times in seconds."""

    __slots__ = ("_timeout", "_wire", "conversation")

    _pace: ClassVar[float] = PACE  # bytes a second

    def __init__(self, sock: socket, conversation: Conversation[C, A, E], timeout: float) -> None:
        self.conversation = conversation
        self._wire = AsyncWire(sock, conversation.server, timeout)
        self._timeout = timeout

    def close(self) -> None:
        self.conversation.reader.close()
        self._wire.close()

    async def climb(self, way: Way[C, A]) -> None:
        for _, talk in way:
            await self.run(talk)

    async def run(self, talk: Talk[C, A, T]) -> T:
        play = self.conversation.play(talk)
        try:
            while True:
                want = next(play)
                if want is Need.MORE:
                    await self._receive(self._timeout)
                elif want is Need.HANDSHAKE:
                    await self._wire.handshake()
                else:
                    await self._wire.send(want)
        except TimeoutError as error:
            raise self.conversation.silence() from error
        except StopIteration as done:
            result: T = done.value
            return result

    async def _receive(self, seconds: float) -> None:
        """Until something is whole. TimeoutError when the time has passed; what came by then is kept."""
        reader, pace = self.conversation.reader, Pace(seconds, math.inf, self._pace)
        while not reader.ready:
            data = await self._wire.receive(pace.left)
            reader.feed(data)
            if not pace.kept(len(data)):
                raise TimeoutError
