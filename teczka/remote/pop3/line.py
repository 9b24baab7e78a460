"""The asyncio transport: a session up to its listing, and its end. What fetches goes on over the same connection, in a thread."""

import math
from socket import socket
from typing import Self, TypeVar

from teczka.core.errors import Problem
from teczka.remote.async_wire import AsyncWire
from teczka.remote.egress import Gate
from teczka.remote.pop3 import drop
from teczka.remote.pop3.conversation import Conversation, Need, Talk
from teczka.remote.pop3.drop import Listing
from teczka.remote.pop3.limits import DEFAULT, Limits
from teczka.remote.pop3.maildrop import Pop3Drop
from teczka.remote.pop3.pace import Pace
from teczka.remote.pop3.signin import authenticate, greet, leave, stls
from teczka.remote.types import Credential, Security, Server, SpoolFactory

T = TypeVar("T")


class Line:
    """`connect` makes one. Every method may raise Problem. Whatever ends it, somebody must `close` it, or `go_on`."""

    def __init__(self, server: Server, sock: socket, conversation: Conversation, timeout: float) -> None:
        self._server = server
        self._wire = AsyncWire(sock, server, timeout)
        self._conversation = conversation
        self._timeout = timeout
        self._listing: Listing | None = None

    @classmethod
    async def connect(
        cls,
        server: Server,
        credential: Credential,
        gate: Gate,
        *,
        spool: SpoolFactory | None = None,
        timeout: float = 60.0,
        limits: Limits = DEFAULT,
    ) -> Self:
        """As Pop3Drop.connect."""
        sock = await gate.connect_async(server.host, server.port, timeout, named_only=server.named_only)
        made = cls(server, sock, Conversation(server, spool=spool, limits=limits), timeout)
        try:
            await made._enter(credential)
        except BaseException:
            made.close()
            raise
        return made

    async def listing(self) -> Listing:
        if self._listing is None:
            self._listing = await self._run(drop.listing(self._conversation))
        return self._listing

    async def leave(self) -> None:
        """QUIT: nothing was fetched."""
        try:
            await self._run(leave())
        except Problem:
            pass  # nothing is lost with a farewell
        finally:
            self.close()

    def go_on(self) -> Pop3Drop:
        """The same session by the blocking transport; this one is of no use after it."""
        return Pop3Drop(
            self._server, self._wire.sock, self._conversation, self._timeout, math.inf, listing=self._listing
        )

    def close(self) -> None:
        self._conversation.reader.close()
        self._wire.close()

    async def _enter(self, credential: Credential) -> None:
        security, conversation = self._server.security, self._conversation
        if security is Security.TLS:
            await self._wire.handshake()
        await self._run(greet(conversation))
        if security is Security.STARTTLS:
            await self._run(stls(conversation))
        await self._run(authenticate(conversation, credential))

    async def _run(self, talk: Talk[T]) -> T:
        play = self._conversation.play(talk)
        try:
            while True:
                want = next(play)
                if want is Need.MORE:
                    await self._receive()
                elif want is Need.HANDSHAKE:
                    await self._wire.handshake()
                elif isinstance(want, bytes):
                    await self._wire.send(want)
        except TimeoutError as error:
            raise self._conversation.silence() from error
        except StopIteration as done:
            result: T = done.value
            return result

    async def _receive(self) -> None:
        """Until a response is whole."""
        reader, pace = self._conversation.reader, Pace(self._timeout, math.inf)
        while not reader.ready:
            data = await self._wire.receive(pace.left)
            if not pace.kept(len(data)):
                raise TimeoutError
            reader.feed(data)
