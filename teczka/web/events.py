"""/events/: server-sent events, as a plain ASGI application. It tells ids and never content; the page fetches what it shows.

A stream lives for days, so it asks for itself whether its person is still signed in: at the beginning, every LOOK seconds, and as soon
as one of their sessions ends anywhere.
"""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from a2wsgi.asgi_typing import HTTPScope, Receive, Send
from django.conf import settings
from django.db import Error, close_old_connections
from django.http import parse_cookie

from teczka.store.sessions import signed_in
from teczka.web.hub import Hub, Listener

HEARTBEAT = 15.0  # seconds of silence before a comment keeps proxies from closing the stream, and tells us who has gone
LOOK = 30.0
STALLED = 60.0  # seconds that a browser may take to read

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would gather the stream
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'"),
]


class Events:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._sessions = ThreadPoolExecutor(1, thread_name_prefix="sessions")  # one database connection is enough

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await _start(send, 405)
            await _finish(send)
            return
        key = session_key(scope)
        user = await self._whose(key)
        await _start(send, 200)
        if user is None:
            # An error's status would be invisible to an EventSource, which would ask again for ever.
            await _send(send, event("signout", {}))
        else:
            await self._until_gone(key, user, receive, send)
        await _finish(send)

    async def _until_gone(self, key: str, user: UUID, receive: Receive, send: Send) -> None:
        listener = self._hub.join(user)
        both = [asyncio.create_task(self._stream(key, listener, send)), asyncio.create_task(_gone(receive))]
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except (OSError, TimeoutError, Error):
            pass  # the browser stalled or went away, or the database did: the stream ends, and is asked for again
        finally:
            self._hub.leave(listener)
            for task in both:
                task.cancel()

    async def _stream(self, key: str, listener: Listener, send: Send) -> None:
        clock = asyncio.get_running_loop().time
        looked = clock()
        await _send(send, event("ready", {}))
        while not listener.ended:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await listener.wake.wait()
            except TimeoutError:
                await _send(send, ":\n\n")
            if listener.look_again or clock() - looked > LOOK:
                listener.look_again, looked = False, clock()
                if await self._whose(key) != listener.user:
                    await _send(send, event("signout", {}))
                    return
            if change := listener.take():
                await _send(send, event("change", change))

    async def _whose(self, key: str) -> UUID | None:
        return await asyncio.get_running_loop().run_in_executor(self._sessions, whose, key) if key else None


def session_key(scope: HTTPScope) -> str:
    """As pages read it: what other programs of this host name left among the cookies must not hide it."""
    told = "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
    return parse_cookie(told).get(settings.SESSION_COOKIE_NAME, "")


def event(name: str, data: dict[str, object]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"


def whose(key: str) -> UUID | None:
    """The person of this session, in whatever thread."""
    close_old_connections()
    return signed_in(key)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _start(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": HEADERS})


async def _send(send: Send, text: str) -> None:
    async with asyncio.timeout(STALLED):
        await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _finish(send: Send) -> None:
    await send({"type": "http.response.body", "body": b"", "more_body": False})
