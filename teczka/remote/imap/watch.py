"""Waiting for mail: one connection listens to one folder, by IDLE (RFC 2177) or, where that is not offered, by asking."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from teczka.core.errors import Problem, Trouble
from teczka.remote.egress import Gate
from teczka.remote.imap.conversation import Command
from teczka.remote.imap.examine import examine
from teczka.remote.imap.line import Line
from teczka.remote.imap.noop import noop
from teczka.remote.imap.refusals import at_command
from teczka.remote.imap.responses import Continuation, Event, Status
from teczka.remote.imap.signin import sign_in
from teczka.remote.types import Credential, Server

MOST = 100_000  # responses to one command: as many as when a large folder is emptied. Read they cost a second of the event loop

E = TypeVar("E", bound=Event | None)


@dataclass(frozen=True, slots=True)
class Change:
    """The folder may have changed: ask it. Says nothing of what, since several are told as one."""

    folder: bytes


class _Count:
    """Of the responses to one command: after MOST of them the connection ends."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._left = MOST

    def __call__(self, event: E) -> E:
        self._left -= 1
        if self._left < 0:
            raise Problem(Trouble.SERVER_LIMIT, host=self._host)
        return event


async def watch(
    server: Server,
    credential: Credential,
    gate: Gate,
    folder: bytes,
    *,
    refresh: float = 28 * 60,
    poll: float = 120,
    timeout: float = 60,
) -> AsyncIterator[Change]:
    """A Change once the folder is open and whenever it may have changed; Problem when the connection is lost. Times in seconds.

    IDLE is renewed every `refresh`: a server may end one after 30 minutes (RFC 2177). Without IDLE the server is asked every `poll`.
    """
    sock = await gate.connect_async(server.host, server.port, timeout, named_only=server.named_only)
    line = Line(server, sock, timeout)
    try:
        await line.climb(sign_in(line.conversation, credential))
        await line.run(examine(line.conversation, folder))
        line.conversation.changed = False
        yield Change(folder)
        offered = "IDLE" in line.conversation.capabilities
        async with aclosing(
            _idle(line, server.host, refresh) if offered else _poll(line, server.host, poll)
        ) as changes:
            async for _ in changes:
                yield Change(folder)
    finally:
        line.close()


async def _idle(line: Line, host: str, refresh: float) -> AsyncGenerator[None, None]:
    """Yields once for all changes that came together."""
    loop = asyncio.get_running_loop()
    while True:
        count = _Count(host)
        tag = await line.say(Command.of("IDLE"))
        while not isinstance(event := count(await line.answer()), Continuation):
            if isinstance(event, Status) and event.tag == tag:
                raise at_command(event, host, line.conversation.detail(event))
        end = loop.time() + refresh
        while (left := end - loop.time()) > 0:
            if line.conversation.take_change():
                yield
                continue
            heard = count(await line.hear(left))
            if isinstance(heard, Status) and heard.tag == tag:  # ended by the server: no tight circle of new ones
                raise Problem(Trouble.SERVER_CLOSED, host=host)
        await line.send(b"DONE\r\n")
        while not (isinstance(event := count(await line.answer()), Status) and event.tag == tag):
            pass


async def _poll(line: Line, host: str, seconds: float) -> AsyncGenerator[None, None]:
    count = _Count(host)
    while True:
        if count(await line.hear(seconds)) is None:
            await line.run(noop(line.conversation))
            count = _Count(host)
        if line.conversation.take_change():
            yield
