"""Django's pages on threads, none of which waits for the network.

A page's thread is given once the request is there, and taken back once the answer is known. What is too long for that, a file that
comes or goes, has threads of its own, and only for somebody who has signed in, some of them each. How long a reader may take nothing is the
socket's matter: cli/listening.py.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from a2wsgi.asgi_typing import HTTPScope, Receive, Send
from a2wsgi.wsgi import Body, build_environ
from django.core.handlers.wsgi import WSGIHandler
from django.db import Error, connections
from django.http.response import HttpResponseBase

from teczka.web.events import session_key

STRANGERS = 64 * 1024  # bytes of a request's body: forms of those who have not signed in are far shorter
WHOLE = 1_000_000  # bytes of a body or a file that are held; beyond that they pass through a thread of their own
SLOW = 60.0  # seconds that a sender may take for the next bytes
PACE = 1_000  # bytes a second that they come with at least, all in all

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: list[tuple[bytes, bytes]]
    whole: bytes
    rest: HttpResponseBase | None  # what is still to be made, and closed


class Pages:
    def __init__(
        self,
        django: WSGIHandler,
        whose: Callable[[str], UUID | None],
        *,
        pages: int = 8,
        transfers: int = 16,
        share: int = 4,
        slow: float = SLOW,
        pace: float = PACE,
    ) -> None:
        """`whose`: whom a session belongs to. `pages`, `transfers`: threads; `share`: how many of the latter one person may have at once,
        and all strangers together."""
        self._django = django
        self._whose = whose
        self._pages = ThreadPoolExecutor(pages, thread_name_prefix="pages")
        self._transfers = ThreadPoolExecutor(transfers, thread_name_prefix="transfers")
        self._share = share
        self._shares: WeakValueDictionary[UUID | None, asyncio.Semaphore] = (
            WeakValueDictionary()
        )  # of those who have some
        self._slow = slow
        self._pace = pace

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        length = _length(scope)
        if length > STRANGERS and not await self._owner(scope):
            scope, length = _without_length(scope), 0  # nobody reads it: they are answered as any stranger is
        loop, paced = asyncio.get_running_loop(), _paced(receive, self._slow, self._pace)
        try:
            body = Body(loop, paced) if length > WHOLE else BytesIO(await _gathered(paced) if length else b"")
        except OSError:
            await _too_slow(send)
            return
        context = copy_context()
        ask = partial(context.run, self._ask, build_environ(scope, body))  # type: ignore[arg-type]  # either is read alike
        answer = await (self._apart(scope, ask) if length > WHOLE else loop.run_in_executor(self._pages, ask))
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        if answer.rest is not None:
            await self._pour(scope, answer.rest, context, receive, send)
        await send({"type": "http.response.body", "body": answer.whole, "more_body": False})

    async def _owner(self, scope: HTTPScope) -> UUID | None:
        """None: a stranger."""
        key = session_key(scope)
        looked = partial(self._whose, key)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pages, looked) if key else None
        except Error:  # the database is away, as the page will say
            return None

    def _ask(self, environ: Any) -> Answer:
        told: list[tuple[str, list[tuple[str, str]]]] = []
        response = self._django(environ, lambda status, headers, *_: told.append((status, headers)))  # type: ignore[arg-type]
        [(status, given)] = told
        headers = [(name.encode("latin-1").lower(), value.encode("latin-1")) for name, value in given]
        if response.streaming and not 0 <= int(response.headers.get("Content-Length", -1)) <= WHOLE:
            return Answer(int(status[:3]), headers, b"", response)
        try:
            return Answer(int(status[:3]), headers, b"".join(response), None)
        finally:
            response.close()

    async def _pour(
        self, scope: HTTPScope, rest: HttpResponseBase, context: Context, receive: Receive, send: Send
    ) -> None:
        loop = asyncio.get_running_loop()
        gone = loop.create_task(_gone(receive))

        def pour() -> None:
            try:
                for piece in rest:
                    if gone.done():
                        return
                    giving: Any = send({"type": "http.response.body", "body": piece, "more_body": True})
                    asyncio.run_coroutine_threadsafe(giving, loop).result()
            finally:
                rest.close()

        try:
            await self._apart(scope, partial(context.run, pour))
        finally:
            gone.cancel()

    async def _apart(self, scope: HTTPScope, work: Callable[[], T]) -> T:
        """In a thread for what takes long, which keeps no connection to the database afterwards, once fewer than a share are theirs."""

        def run() -> T:
            try:
                return work()
            finally:
                connections.close_all()

        owner = await self._owner(scope)
        theirs = self._shares.setdefault(owner, asyncio.Semaphore(self._share))
        async with theirs:
            return await asyncio.get_running_loop().run_in_executor(self._transfers, run)


def _length(scope: HTTPScope) -> int:
    """Bytes of the body. One whose length is not told, as every browser tells it, counts as none: Django would not read it either."""
    return int(next((value for name, value in scope["headers"] if name == b"content-length"), b"0"))


def _without_length(scope: HTTPScope) -> HTTPScope:
    headers = [header for header in scope["headers"] if header[0] != b"content-length"]
    return {**scope, "headers": headers}


def _paced(receive: Receive, slow: float, pace: float) -> Receive:
    """Raises OSError where the body stops, comes too slowly or was cut: what came of a form must not pass for all of it."""
    waited, came = 0.0, 0

    async def next_bytes() -> Any:
        nonlocal waited, came
        clock = asyncio.get_running_loop().time
        began = clock()
        async with asyncio.timeout(slow):
            message: Any = await receive()
        waited += clock() - began
        came += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or came < (waited - slow) * pace:
            raise ConnectionAbortedError
        return message

    return next_bytes


async def _gathered(receive: Receive) -> bytes:
    body, more = bytearray(), True
    while more:
        message: Any = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _too_slow(send: Send) -> None:
    headers = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 408, "headers": headers})
    await send({"type": "http.response.body", "body": b"too slow\n", "more_body": False})
