"""The asyncio transport: a session up to its listing, and its end. What fetches goes on over the same connection, in a thread."""

import math
from typing import Self

from teczka.core.errors import Problem
from teczka.remote.async_line import AsyncLine
from teczka.remote.egress import Gate
from teczka.remote.pop3 import drop
from teczka.remote.pop3.conversation import Command, Conversation
from teczka.remote.pop3.drop import Listing
from teczka.remote.pop3.limits import DEFAULT, Limits
from teczka.remote.pop3.maildrop import Pop3Drop
from teczka.remote.pop3.reader import Response
from teczka.remote.pop3.signin import leave, sign_in
from teczka.remote.types import Credential, Server, SpoolFactory


class Line(AsyncLine[Command, Response, Response]):
    """`connect` makes one. Every method may raise Problem. Whatever ends it, somebody must `close` it, or `go_on`."""

    conversation: Conversation
    _listing: Listing | None = None

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
        made = cls(sock, Conversation(server, spool=spool, limits=limits), timeout)
        try:
            await made.climb(sign_in(made.conversation, credential))
        except BaseException:
            made.close()
            raise
        return made

    async def listing(self) -> Listing:
        if self._listing is None:
            self._listing = await self.run(drop.listing(self.conversation))
        return self._listing

    async def leave(self) -> None:
        """QUIT: nothing was fetched."""
        try:
            await self.run(leave())
        except Problem:
            pass  # nothing is lost with a farewell
        finally:
            self.close()

    def go_on(self) -> Pop3Drop:
        """The same session by the blocking transport; this one is of no use after it."""
        return Pop3Drop(self._wire.sock, self.conversation, self._timeout, math.inf, listing=self._listing)
