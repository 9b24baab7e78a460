"""Who waits for the network holds no page's thread: real sockets against uvicorn, with one thread for pages and one for what is long."""

import http.client
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
import uvicorn
from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from pytest_django.plugin import DjangoDbBlocker

from teczka.cli.listening import listen
from teczka.store.models import Message
from teczka.store.viewer import as_user
from teczka.web.bridge import STRANGERS, WHOLE, Pages
from tests.cast import make_account, make_cast
from tests.database import TestDatabase, own_copy
from tests.site import serving
from tests.stored import store

SECONDS = 10  # for anything that should come at once
SLOW = 0.3
STALLED = 2.0
FILE = 20_000_000  # bytes: more than the kernel takes for a reader who reads nothing
HERS = f"Cookie: {settings.SESSION_COOKIE_NAME}=hers\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
ENDED = threading.Event()


def django(environ: Any, start: Callable[..., object]) -> Any:
    answer = PAGES[environ["PATH_INFO"]](environ)
    start(f"{answer.status_code} OK", list(answer.items()))
    return answer


def sent_up(environ: Any) -> HttpResponse:
    told = int(environ.get("CONTENT_LENGTH") or 0)
    try:
        came = len(environ["wsgi.input"].read(told))
    except OSError:
        return HttpResponse("cut")
    return HttpResponse(f"{came} of {told} on {threading.current_thread().name.partition('_')[0]}")


def file(size: int) -> StreamingHttpResponse:
    def pieces() -> Iterator[bytes]:
        try:
            for _ in range(size // 100_000):
                yield b"x" * 100_000
        finally:
            ENDED.set()

    ENDED.clear()
    return StreamingHttpResponse(pieces())


PAGES: dict[str, Callable[[Any], Any]] = {
    "/": lambda _: HttpResponse(threading.current_thread().name.partition("_")[0]),
    "/up": sent_up,
    "/file": lambda _: file(FILE),
    "/endless": lambda _: file(10**15),
    "/small": lambda _: StreamingHttpResponse([b"small"], headers={"Content-Length": "5"}),
}


class Server(uvicorn.Server):
    def __init__(self, door: socket.socket, **given: Any) -> None:
        whose = {"hers": UUID(int=1), "his": UUID(int=2)}.get
        pages = Pages(django, whose, **{"pages": 1, "transfers": 1, "slow": SLOW, **given})  # type: ignore[arg-type]
        super().__init__(uvicorn.Config(pages, lifespan="off", log_level="critical", timeout_graceful_shutdown=1))
        self.port = door.getsockname()[1]

    def ask(self, text: str, window: int = 0) -> socket.socket:
        asked = socket.socket()
        asked.settimeout(SECONDS)
        if window:
            asked.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        asked.connect(("127.0.0.1", self.port))
        asked.sendall(text.encode())
        return asked

    def page(self, path: str = "/") -> bytes:
        return body(self.ask(f"GET {path} HTTP/1.1\r\n\r\n"))


def body(asked: socket.socket) -> bytes:
    with asked:
        answer = http.client.HTTPResponse(asked)
        answer.begin()
        return answer.read()


@contextmanager
def served(**given: Any) -> Iterator[Server]:
    with listen("127.0.0.1", 0, STALLED) as door:
        server = Server(door, **given)
        running = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        running.start()
        try:
            yield server
        finally:
            server.should_exit = True
            running.join(SECONDS)
            assert not running.is_alive()


@pytest.fixture
def server() -> Iterator[Server]:
    with served() as server:
        yield server


def test_forms_that_stop_in_their_middle_hold_no_page_and_are_refused(server: Server) -> None:
    stopped = [server.ask("POST /up HTTP/1.1\r\nContent-Length: 500\r\n\r\nhalf") for _ in range(8)]
    assert server.page() == b"pages"
    for one in stopped:
        assert one.recv(1000).startswith(b"HTTP/1.1 408")
        one.close()


def test_a_form_that_trickles_is_refused() -> None:
    with served(pace=1_000) as server, server.ask("POST /up HTTP/1.1\r\nContent-Length: 5000\r\n\r\n") as trickling:
        for _ in range(100):
            trickling.send(b"x")
            if select.select([trickling], [], [], SLOW / 10)[0]:
                break
        else:
            pytest.fail("a byte now and then was enough")
        assert trickling.recv(1000).startswith(b"HTTP/1.1 408")


def test_a_form_in_pieces_arrives_whole(server: Server) -> None:
    pieces = server.ask("POST /up HTTP/1.1\r\nContent-Length: 8\r\n\r\nhalf")
    assert server.page() == b"pages"
    pieces.sendall(b"half")
    assert body(pieces) == b"8 of 8 on pages"


@pytest.mark.parametrize("length", [STRANGERS + 1, 10_000_000_000])
def test_a_strangers_long_body_is_not_waited_for(server: Server, length: int) -> None:
    cookie = f"Cookie: {settings.SESSION_COOKIE_NAME}=anybodys\r\n"
    for given in ("", cookie):
        announced = server.ask(f"POST /up HTTP/1.1\r\n{given}Content-Length: {length}\r\n\r\n")
        assert body(announced) == b"0 of 0 on pages"


@pytest.mark.parametrize(("length", "where"), [(STRANGERS + 1, "pages"), (WHOLE, "pages"), (WHOLE + 1, "transfers")])
def test_a_long_body_of_somebody_signed_in_is_read(server: Server, length: int, where: str) -> None:
    asked = server.ask(f"POST /up HTTP/1.1\r\n{HERS}Content-Length: {length}\r\n\r\n")
    asked.sendall(b"x" * length)
    assert body(asked) == f"{length} of {length} on {where}".encode()


def test_a_file_that_stops_on_its_way_up_holds_no_page_and_does_not_pass_for_whole(server: Server) -> None:
    stopped = [server.ask(f"POST /up HTTP/1.1\r\n{HERS}Content-Length: {WHOLE + 1}\r\n\r\nhalf") for _ in range(2)]
    assert server.page() == b"pages"
    assert [body(one) for one in stopped] == [b"cut", b"cut"], "the second took the first one's thread"


def test_whoever_moves_much_slowly_keeps_nobody_else_waiting() -> None:
    with served(transfers=2, share=1, slow=2 * SECONDS) as server:

        def up(cookie: str, sent: int) -> socket.socket:
            asked = server.ask(f"POST /up HTTP/1.1\r\n{cookie}Content-Length: {WHOLE + 1}\r\n\r\n")
            asked.sendall(b"x" * sent)
            return asked

        stopped, waiting = [up(HERS, 4) for _ in range(2)]
        assert body(up(HERS.replace("hers", "his"), WHOLE + 1)).endswith(b"on transfers"), "where she may not be"
        stopped.close()
        waiting.sendall(b"x" * (WHOLE - 3))
        assert body(waiting).endswith(b"on transfers"), "hers, once she has room"


def test_readers_who_stall_hold_no_page_and_lose_their_thread(server: Server) -> None:
    stalled = [server.ask("GET /file HTTP/1.1\r\n\r\n", window=4096) for _ in range(2)]
    assert stalled[0].recv(15) == b"HTTP/1.1 200 OK"
    assert server.page() == b"pages"
    assert server.page("/small") == b"small", "what is short takes no thread of the long ones"
    assert not ENDED.is_set(), "all this while the first of them stalled"
    assert len(server.page("/file")) == FILE, "after both were cut off"
    for one in stalled:
        one.close()


def test_a_slow_reader_gets_everything(server: Server) -> None:
    with server.ask("GET /file HTTP/1.1\r\nConnection: close\r\n\r\n") as slow:
        began, got = time.monotonic(), 0
        while piece := slow.recv(1_000_000):
            got += len(piece)
            select.select([], [], [], 1.5 * STALLED * len(piece) / FILE)
    assert got > FILE
    assert time.monotonic() - began > STALLED


def test_an_answer_does_not_wait_for_the_receipt_of_its_head(server: Server) -> None:
    """As it would by Nagle's algorithm: 40 ms."""
    asked, times = http.client.HTTPConnection("127.0.0.1", server.port, timeout=SECONDS), []
    for _ in range(10):
        began = time.monotonic()
        asked.request("GET", "/")
        asked.getresponse().read()
        times.append(time.monotonic() - began)
    asked.close()
    assert min(times[5:]) < 0.03, "the first ones are acknowledged at once"


def test_who_hangs_up_ends_what_was_being_made(server: Server) -> None:
    server.ask("GET /endless HTTP/1.1\r\n\r\n").close()
    assert ENDED.wait(SECONDS)
    assert len(server.page("/file")) == FILE


def test_neither_strangers_nor_downloads_stop_the_pages(
    test_database: TestDatabase, django_db_blocker: DjangoDbBlocker
) -> None:
    with own_copy(test_database, django_db_blocker) as environment:
        cast = make_cast()
        [message] = store(make_account(cast.anna), [b"Subject: x\r\n\r\n" + b"y" * 3 * FILE])
        with as_user(cast.anna.pk):
            address = f"/messages/{Message.objects.get(pk=message).public_id}/raw/"
        with serving(environment) as site:
            told = f"Host: 127.0.0.1:{site.port}\r\nCookie: {settings.SESSION_COOKIE_NAME}={site.cookie(cast.anna)}\r\n"
            token = (
                f"Cookie: {settings.CSRF_COOKIE_NAME}={'t' * 32}\r\n"  # with it the form is read before anybody judges
            )
            form = f"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n{token}{FORM}Content-Length: 500\r\n\r\nhalf"
            held = [socket.create_connection(("127.0.0.1", site.port), SECONDS) for _ in range(20)]
            for number, one in enumerate(held):
                one.sendall((f"GET {address} HTTP/1.1\r\n{told}\r\n" if number % 2 else form).encode())
            assert all(one.recv(15) == b"HTTP/1.1 200 OK" for one in held[1::2])
            asked = socket.create_connection(("127.0.0.1", site.port), SECONDS)
            asked.sendall(f"GET /tasks/ HTTP/1.1\r\n{told}\r\n".encode())
            assert asked.recv(15) == b"HTTP/1.1 200 OK"
            assert site.stop() < SECONDS, "who reads nothing holds nobody up"
