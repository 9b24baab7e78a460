"""Both demo servers on free loopback ports, in an event loop and a thread of their own.

The mailboxes belong to that thread: others reach them through `do`, which runs a function there and brings back its result.
"""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import TypeVar

from teczka.remote.demo import imap, session, smtp
from teczka.remote.demo.mailbox import DemoMailbox
from teczka.remote.types import Security, Server

HOST = "127.0.0.1"
T = TypeVar("T")


class DemoServers:
    """`mailboxes` by user name, which is the address, in lower case. `context` is the server's own for TLS and STARTTLS. Mail to the
    addresses `outside` is taken, and comes to nobody."""

    def __init__(
        self,
        mailboxes: Mapping[str, DemoMailbox],
        *,
        security: Security = Security.PLAIN,
        context: ssl.SSLContext | None = None,
        ca_pem: str = "",
        clock: Callable[[], datetime] = smtp.now_utc,
        outside: Collection[str] = (),
    ) -> None:
        if (security is Security.PLAIN) != (context is None):
            raise ValueError("a TLS context belongs to TLS and STARTTLS, and to them alone")
        self.mailboxes = mailboxes
        self._security, self._ca_pem = security, ca_pem
        self._deliveries = smtp.Deliveries(mailboxes, clock, outside)
        self._implicit = context if security is Security.TLS else None
        self._starttls = context if security is Security.STARTTLS else None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="demo servers", daemon=True)
        self._listening: list[asyncio.Server] = []

    def start(self) -> tuple[Server, Server]:
        """Listening when it returns: (IMAP, SMTP)."""
        self._thread.start()
        imap_port, smtp_port = self._wait(self._listen())
        return self._server(imap_port), self._server(smtp_port)

    def stop(self) -> None:
        """Hangs up on everyone. What was in the mailboxes stays readable."""
        self._wait(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def do(self, act: Callable[[], T]) -> T:
        async def there() -> T:
            return act()

        return self._wait(there())

    def _wait(self, work: Awaitable[T]) -> T:
        async def whole() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(whole(), self._loop).result(timeout=30)

    def _server(self, port: int) -> Server:
        return Server(HOST, port, self._security, self._ca_pem)

    async def _listen(self) -> tuple[int, int]:
        imap_server = await asyncio.start_server(self._connected, HOST, 0, ssl=self._implicit, limit=session.LINE)
        smtp_server = await self._loop.create_server(
            lambda: smtp.protocol(self._deliveries, self._loop, self._starttls, self._implicit is not None),
            HOST,
            0,
            ssl=self._implicit,
        )
        self._listening = [imap_server, smtp_server]
        return imap_server.sockets[0].getsockname()[1], smtp_server.sockets[0].getsockname()[1]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.CancelledError):  # `stop` hangs up
            await imap.serve(reader, writer, self.mailboxes, self._starttls)

    async def _end(self) -> None:
        for server in self._listening:
            server.close()
        conversations = asyncio.all_tasks() - {asyncio.current_task()}
        for conversation in conversations:
            conversation.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)
        await asyncio.sleep(0)  # lets the closed transports go
