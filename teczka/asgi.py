"""Everything the browser asks for, on one port.

Pages are Django's WSGI application on threads (web/bridge.py): through Django's ASGI handler they cost three to four times as much. Live
events are plain ASGI: a stream is a coroutine, not a thread.
"""

import asyncio
import os

from a2wsgi.asgi_typing import Receive, Scope, Send
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teczka.settings")
django = get_wsgi_application()

from teczka.web.bridge import Pages  # noqa: E402  needs Django's registry of apps, which the line above filled
from teczka.web.events import Events, whose  # noqa: E402
from teczka.web.hub import Hub  # noqa: E402

pages = Pages(django, whose)
hub = Hub()
events = Events(hub)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _live(scope.get("state"), receive, send)
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000, "reason": ""})
    elif scope["path"] == "/events/":
        await events(scope, receive, send)
    elif scope["path"] == "/healthz":
        await _health(send)
    else:
        # A header with an underscore would be taken for the one with a hyphen (X_Forwarded_For), and not every proxy drops it.
        scope["headers"] = [header for header in scope["headers"] if b"_" not in header[0]]
        await pages(scope, receive, send)


async def _live(state: dict[str, object] | None, receive: Receive, send: Send) -> None:
    """From the server's start to its end. cli/web.py finds in the state how to end the streams before it waits for them."""
    await receive()
    if state is not None:
        state["end_streams"] = hub.close
    listening = asyncio.create_task(hub.run())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    hub.close()
    listening.cancel()
    await send({"type": "lifespan.shutdown.complete"})


async def _health(send: Send) -> None:
    headers = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok\n", "more_body": False})
