import asyncio
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from teczka import asgi
from teczka.core.settings import read
from teczka.web import proxies
from teczka.web.proxies import TrustedProxies

FORWARDED = {
    "HTTP_X_FORWARDED_FOR": "6.6.6.6, 1.2.3.4",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "poczta.example",
}


def ask(monkeypatch: pytest.MonkeyPatch, trusted: str, peer: str, **meta: str) -> HttpRequest:
    monkeypatch.setattr(proxies, "settings", lambda: read({"TECZKA_TRUSTED_PROXIES": trusted}))
    request = RequestFactory().get("/", REMOTE_ADDR=peer, **meta)
    TrustedProxies(lambda _request: HttpResponse())(request)
    return request


def test_a_trusted_proxy_tells_who_asks_and_by_what_name(monkeypatch: pytest.MonkeyPatch) -> None:
    request = ask(monkeypatch, "10.0.0.0/8", "10.0.0.1", **FORWARDED)
    assert request.META["REMOTE_ADDR"] == "1.2.3.4"
    assert request.META["HTTP_HOST"] == "poczta.example"
    assert request.is_secure()


def test_nobody_else_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    request = ask(monkeypatch, "10.0.0.0/8", "9.9.9.9", **FORWARDED)
    assert request.META["REMOTE_ADDR"] == "9.9.9.9"
    assert request.META.get("HTTP_HOST") != "poczta.example"
    assert not request.is_secure()
    assert not [name for name in request.META if "FORWARDED" in name]


def test_proxies_behind_one_another_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    request = ask(monkeypatch, "10.0.0.0/8 ::1", "::1", HTTP_X_FORWARDED_FOR="6.6.6.6, 1.2.3.4, 10.1.1.1")
    assert request.META["REMOTE_ADDR"] == "1.2.3.4"


def test_an_address_that_is_none_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    request = ask(monkeypatch, "10.0.0.1", "10.0.0.1", HTTP_X_FORWARDED_FOR="1.2.3.4, <script>")
    assert request.META["REMOTE_ADDR"] == "10.0.0.1"


def test_a_header_with_underscores_is_not_taken_for_the_proxys(monkeypatch: pytest.MonkeyPatch) -> None:
    """WSGI joins both spellings, and a proxy that passes unknown headers on would let the client write the last word."""
    seen: list[Any] = []

    async def pages(scope: Any, _receive: Any, _send: Any) -> None:
        seen.extend(scope["headers"])

    monkeypatch.setattr(asgi, "pages", pages)
    told = [(b"x-forwarded-for", b"1.2.3.4"), (b"x_forwarded_for", b"6.6.6.6"), (b"host", b"localhost")]
    scope: Any = {"type": "http", "path": "/", "headers": told}
    asyncio.run(asgi.application(scope, None, None))  # type: ignore[arg-type]
    assert seen == [told[0], told[2]]


def test_another_name_is_refused_in_words_and_told_in_one_line(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/sign-in/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "Pod tą nazwą Teczka nie działa." in answer.content.decode()
    english = client.get("/", headers={"host": "evil.example", "accept-language": "en"}).content.decode()
    assert "Teczka does not go by this name." in english
    assert [record.getMessage() for record in caplog.records] == [
        "asked for as 'evil.example': pages answer to the name in TECZKA_URL, and to localhost"
    ] * 2
