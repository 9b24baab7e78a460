"""Fetching over HTTPS from servers that mean harm: every answer ends in time, in bounds, and at an address that was judged."""

import gzip
import itertools
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import pytest
import trustme

from teczka.core.errors import Problem, Trouble
from teczka.remote.egress import WEB, Gate
from teczka.remote.http import LIMIT, REDIRECTS, Https
from tests.internet import Internet
from tests.remote.imap.hostile import Client, Hostile, Script

NAME = "autoconfig.lipowa.example"
URL = f"https://{NAME}/mail/config-v1.1.xml"
SECONDS = 1.0  # of a fetch that is to succeed
SHORT = 0.4  # of one that is not


def asked(client: Client) -> list[bytes]:
    """The lines of a request's head."""
    return list(itertools.takewhile(bool, iter(client.line, None)))


def answering(*pieces: bytes) -> Script:
    def script(client: Client) -> None:
        asked(client)
        for piece in pieces:
            client.send(piece)

    return script


def page(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    told = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join([*told, b"", body])


def redirect(to: str) -> bytes:
    return page(b"", b"Location: " + to.encode(), status=b"302 Found")


@contextmanager
def serving(internet: Internet, script: Script, name: str = NAME) -> Iterator[Hostile]:
    with Hostile(script, tls=True, ca=internet.ca, name=name) as server:
        internet.leads(name, 443, server.port)
        yield server


def fetch(seconds: float = SECONDS, url: str = URL) -> bytes:
    return Https(Gate.parse("127.0.0.1")).get(url, seconds=seconds).body


def refused(seconds: float = SHORT, url: str = URL) -> Trouble:
    """What a fetch that fails in time fails with."""
    begun = time.monotonic()
    with pytest.raises(Problem) as caught:
        fetch(seconds, url)
    assert time.monotonic() - begun < seconds + 0.5
    return caught.value.trouble


def test_a_page_is_fetched_with_a_plain_request(internet: Internet) -> None:
    with serving(internet, answering(page(b"<xml/>"))) as server:
        assert fetch() == b"<xml/>"
    head = server.clients[0].lines
    assert head[0] == b"GET /mail/config-v1.1.xml HTTP/1.1\r\n"
    assert b"Host: autoconfig.lipowa.example\r\n" in head
    assert not [line for line in head if line.lower().startswith((b"cookie", b"referer", b"from"))]


def test_a_status_is_told_and_its_body_kept(internet: Internet) -> None:
    with serving(internet, answering(page(b"no", status=b"404 Not Found"))):
        response = Https(Gate.parse("127.0.0.1")).get(URL)
    assert (response.status, response.body, response.url) == (404, b"no", URL)


def test_chunks_are_put_together(internet: Internet) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
    with serving(internet, answering(chunked)):
        assert fetch() == b"abcde"


def test_a_redirect_is_followed_to_another_name(internet: Internet) -> None:
    elsewhere = "config.lipowa.example"
    with (
        serving(internet, answering(redirect(f"https://{elsewhere}/a%20b?c"))),
        serving(internet, answering(page(b"there")), elsewhere) as other,
    ):
        assert fetch() == b"there"
    assert other.clients[0].lines[0] == b"GET /a%20b?c HTTP/1.1\r\n"


@pytest.mark.parametrize(
    "to",
    [
        "http://config.lipowa.example/",
        "https://config.lipowa.example:8443/",
        "https://config.lipowa.example:22/",
        "https://anna@config.lipowa.example/",
        "ftp://config.lipowa.example/",
        "file:///etc/passwd",
        "//config.lipowa.example:444/",
        "https://[::1/",
        "https://config.lipowa.example:x/",
        "https://a b/",
    ],
)
def test_a_redirect_away_from_https_and_its_port_is_not_followed(internet: Internet, to: str) -> None:
    with serving(internet, answering(page(b"secret")), "config.lipowa.example") as other:
        for port in (80, 8443, 22, 444):
            internet.leads("config.lipowa.example", port, other.port)
        with serving(internet, answering(redirect(to))):
            assert refused() is Trouble.CONNECT_FAILED
        assert other.clients == []


@pytest.mark.parametrize(
    "to",
    [
        "169.254.169.254",
        "localhost",
        "[::1]",
        "127.0.0.1",
        "0x7f.1",
        "2130706433",
        "metadata.example",
        "inside.example",
    ],
)
def test_a_redirect_into_the_machine_or_its_network_is_not_followed(
    internet: Internet, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    """127.0.0.5, which the gate lets through, stands for the outside."""
    internet.addresses |= {"metadata.example": ["169.254.169.254"], "inside.example": ["10.0.0.5", "127.0.0.1"]}
    dialled = recorded_dials(monkeypatch)
    script = answering(redirect(f"https://{to}/latest/meta-data/"))
    with Hostile(script, tls=True, ca=internet.ca, name=NAME, address="127.0.0.5") as server:
        internet.leads(NAME, 443, server.port, "127.0.0.5")
        with pytest.raises(Problem) as caught:
            Https(Gate.parse("127.0.0.5")).get(URL, seconds=SHORT)
    assert caught.value.trouble is Trouble.CONNECT_FAILED
    assert dialled == [("127.0.0.5", server.port)]


def recorded_dials(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    dialled: list[object] = []
    connect = socket.socket.connect

    def recorded(sock: socket.socket, address: Any) -> None:
        dialled.append(address)
        connect(sock, address)

    monkeypatch.setattr(socket.socket, "connect", recorded)
    return dialled


def test_a_name_that_is_rebound_between_two_requests_is_judged_again(
    internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rebind(client: Client) -> None:
        asked(client)
        internet.ports.pop(NAME)
        internet.addresses[NAME] = ["127.0.0.1"]
        client.send(redirect(URL))

    dialled = recorded_dials(monkeypatch)
    with Hostile(rebind, tls=True, ca=internet.ca, name=NAME, address="127.0.0.5") as server:
        internet.leads(NAME, 443, server.port, "127.0.0.5")
        with pytest.raises(Problem) as caught:
            Https(Gate.parse("127.0.0.5")).get(URL, seconds=SHORT)
    assert caught.value.trouble is Trouble.CONNECT_FAILED
    assert dialled == [("127.0.0.5", server.port)]
    assert internet.looked_up == [NAME, NAME]


def test_redirects_end_after_the_third(internet: Internet) -> None:
    with serving(internet, answering(redirect("/again"))) as server:
        assert refused(SECONDS) is Trouble.SERVER_LIMIT
    assert len(server.clients) == 1 + REDIRECTS


def dripping(*pieces: bytes) -> Script:
    """The pieces, then one more byte at a time, each within any time-out, for ever."""

    def script(client: Client) -> None:
        asked(client)
        for piece in pieces:
            client.send(piece)
        while True:
            client.send(b"x")
            time.sleep(0.02)

    return script


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        (b"HTTP/1.1 200 OK\r\n",),
        (b"HTTP/1.1 200 OK\r\nX: ",),
        (b"HTTP/1.1 200 OK\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186A0\r\n",),
    ],
    ids=["status", "headers", "header", "body", "known length", "chunk"],
)
def test_a_server_that_drips_is_left_at_the_deadline(internet: Internet, pieces: tuple[bytes, ...]) -> None:
    with serving(internet, dripping(*pieces)):
        assert refused() is Trouble.SERVER_SILENT


def test_a_server_that_says_nothing_is_left_at_the_deadline(internet: Internet) -> None:
    with serving(internet, Client.wait_for_goodbye):
        assert refused() is Trouble.SERVER_SILENT


def for_ever(start: bytes, again: bytes) -> Script:
    def script(client: Client) -> None:
        asked(client)
        client.send(start)
        while True:
            client.send(again * 100)

    return script


@pytest.mark.parametrize(
    ("start", "again"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 100),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: y\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", b"x" * 100),
    ],
    ids=["body", "chunks", "trailers", "continue", "known length"],
)
def test_an_answer_without_end_is_cut_off(internet: Internet, start: bytes, again: bytes) -> None:
    with serving(internet, for_ever(start, again)):
        assert refused(5) is Trouble.SERVER_LIMIT


@pytest.mark.parametrize(
    "start",
    [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nX: ", b"", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
)
def test_a_head_without_end_is_no_answer(internet: Internet, start: bytes) -> None:
    with serving(internet, for_ever(start, b"X" if start.endswith(b" ") or not start else b"X: y\r\n")):
        assert refused(5) in {Trouble.SERVER_GARBAGE, Trouble.SERVER_CLOSED, Trouble.SERVER_LIMIT}


def test_a_body_of_just_the_limit_is_taken_and_one_more_byte_is_not(internet: Internet) -> None:
    with serving(internet, answering(page(b"x" * LIMIT))):
        assert len(fetch()) == LIMIT
    with serving(internet, answering(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (LIMIT + 1))):
        assert refused(SECONDS) is Trouble.SERVER_LIMIT


def test_what_is_compressed_is_not_unpacked(internet: Internet) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    with serving(internet, answering(page(bomb, b"Content-Encoding: gzip"))):
        assert refused(SECONDS) is Trouble.SERVER_GARBAGE


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (b"", Trouble.SERVER_CLOSED),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", Trouble.SERVER_CLOSED),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nshort", Trouble.SERVER_CLOSED),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Trouble.SERVER_CLOSED),
        (b"* OK IMAP4rev1 ready\r\n", Trouble.SERVER_GARBAGE),
        (b"HTTP/1.1 999999 what\r\n\r\n", Trouble.SERVER_GARBAGE),
        (bytes(range(256)), Trouble.SERVER_GARBAGE),
    ],
)
def test_what_is_no_whole_answer_is_told_apart(internet: Internet, answer: bytes, trouble: Trouble) -> None:
    with serving(internet, answering(answer)):
        assert refused(SECONDS) is trouble


def test_the_certificate_has_to_be_for_the_name_and_from_somebody_trusted(internet: Internet) -> None:
    for ca, name, trouble in (
        (internet.ca, "other.example", Trouble.TLS_NAME),
        (trustme.CA(), NAME, Trouble.TLS_UNTRUSTED),
    ):
        with Hostile(answering(page(b"")), tls=True, ca=ca, name=name) as server:
            internet.leads(NAME, 443, server.port)
            assert refused(SECONDS) is trouble
        assert [client.lines for client in server.clients] == [[]]


def test_a_server_without_tls_is_no_server(internet: Internet) -> None:
    with Hostile(lambda client: client.send(page(b"clear")), tls=False) as server:
        internet.leads(NAME, 443, server.port)
        assert refused(SECONDS) is Trouble.TLS_FAILED


def test_a_form_is_posted_and_no_redirect_takes_it_elsewhere(internet: Internet) -> None:
    read: list[bytes] = []

    def script(client: Client) -> None:
        asked(client)
        client.sock.settimeout(5)
        read.append(client.rest(25))
        client.send(
            page(
                b'{"access_token": "s3cret"}', b"Location: https://elsewhere.example/", status=b"307 Temporary Redirect"
            )
        )

    with serving(internet, script):
        response = Https(Gate.parse("127.0.0.1")).post(URL, {"code": "a b&c", "verifier": "ł"}, seconds=SECONDS)
    assert read == [b"code=a+b%26c&verifier=%C5%82"[:25]]
    assert response.status == 307
    assert "s3cret" not in repr(response)


def test_port_443_of_the_public_is_open_for_this_and_not_for_mail() -> None:
    outside = ip_address("8.8.8.8")
    assert Gate().permits(outside, 443, WEB)
    assert not Gate().permits(outside, 443)
    assert not Gate().permits(outside, 993, WEB)
    assert not Gate().permits(outside, 80, WEB)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://lipowa.example/",
        "https://",
        "https://anna:x@lipowa.example/",
        "https://a b.example/",
        "https://lipowa.example:99999/",
        "https://ex%61mple.pl/",
    ],
)
def test_only_https_urls_are_fetched(internet: Internet, url: str) -> None:
    assert refused(url=url) is Trouble.CONNECT_FAILED
    assert internet.looked_up == []


@pytest.mark.parametrize("port", [80, 993, 8443])
def test_a_public_address_is_dialled_on_port_443_alone(
    internet: Internet, monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    dialled: list[object] = []

    def refuse(sock: socket.socket, address: object) -> None:
        if sock.type == socket.SOCK_STREAM:  # the gate asks the system for its own address by another
            dialled.append(address)
        raise ConnectionRefusedError

    internet.addresses[NAME] = ["8.8.8.8"]
    monkeypatch.setattr(socket.socket, "connect", refuse)
    for url in (f"https://{NAME}:{port}/", f"https://{NAME}/"):
        with pytest.raises(Problem):
            Https(Gate()).get(url, seconds=0.2)
    assert dialled == [("8.8.8.8", 443)]
