"""Who asks, and by what address, when a reverse proxy stands before us (TECZKA_TRUSTED_PROXIES)."""

import logging
from collections.abc import Callable
from ipaddress import ip_address

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils import translation

from teczka.core.settings import settings

log = logging.getLogger(__name__)

FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_FORWARDED",
)


class TrustedProxies:
    """Believes X-Forwarded-For, -Proto and -Host from the proxies that the machine's keeper named; drops them from anybody else, who
    could otherwise choose the address that rate limits see or pretend to speak HTTPS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._proxies = settings().trusted_proxies

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        meta = request.META
        told = {name: meta.pop(name) for name in FORWARDED if name in meta}
        if self._trusts(meta.get("REMOTE_ADDR", "")):
            meta["REMOTE_ADDR"] = self._client(told.get("HTTP_X_FORWARDED_FOR", ""), meta["REMOTE_ADDR"])
            if host := _last(told.get("HTTP_X_FORWARDED_HOST", "")):
                meta["HTTP_HOST"] = host
            if (scheme := _last(told.get("HTTP_X_FORWARDED_PROTO", ""))) in {"http", "https"}:
                meta["HTTP_X_FORWARDED_PROTO"] = scheme
        return self._get_response(request)

    def _trusts(self, address: str) -> bool:
        try:
            peer = ip_address(address)
        except ValueError:  # a Unix socket has no address
            return False
        return any(peer in proxy for proxy in self._proxies)

    def _client(self, forwarded: str, peer: str) -> str:
        """The last address that is no proxy of ours: whatever stands before it, the client may have written itself."""
        for address in reversed([piece.strip() for piece in forwarded.split(",") if piece.strip()]):
            try:
                ip_address(address)
            except ValueError:
                break
            peer = address
            if not self._trusts(address):
                break
        return peer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's page 400. Of a name that is not ours the keeper is told in a line of our own: Django's says where in itself it was found
    (settings.py keeps it quiet), and to change a setting that we have not."""
    if not isinstance(exception, DisallowedHost):
        return HttpResponse(render_to_string("400.html"), status=400)
    told = "asked for as %r: pages answer to the name in TECZKA_URL, and to localhost"
    log.warning(told, request.META.get("HTTP_HOST", ""))
    with translation.override(translation.get_language_from_request(request)):  # it came not as far as web/language.py
        return HttpResponse(render_to_string("400.html", {"strange": True}), status=400)


def _last(value: str) -> str:
    return value.rpartition(",")[2].strip()
