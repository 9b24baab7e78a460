"""HTTPS to hosts that a stranger's domain may have named: the published settings of providers, and sign-in's tokens.

Every connection goes through the gate, on port 443 where no allow entry says otherwise, and its certificate is verified for the name. All
of a request, redirects included, has one deadline; what is read has a limit. Nothing is decompressed, no cookie is kept, nothing is logged.
"""

import io
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage, HTTPResponse, IncompleteRead
from socket import socket
from typing import Self, cast
from urllib.parse import quote, urlencode, urljoin, urlsplit

from teczka.core.errors import Problem, Trouble
from teczka.mime.recipients import ascii_host
from teczka.remote.egress import WEB, Gate
from teczka.remote.tls import client_context, handshake_problem
from teczka.remote.types import Security, Server

LIMIT = 256 * 1024  # bytes of an answer's body
HEAD = 64 * 1024  # bytes for all that is not body: status lines, headers, the frames of chunks
REDIRECTS = 3
SECONDS = 5.0

_REDIRECTING = {301, 302, 303, 307, 308}
_HOST = re.compile(r"[a-z0-9_.:-]+")
_TARGET_SAFE = "/?%:@!$&'()*+,;=~-._"  # RFC 3986 §3.3, §3.4; "%" since what is quoted stays so


@dataclass(frozen=True, slots=True)
class Response:
    url: str  # where it was in the end found
    status: int
    headers: HTTPMessage
    body: bytes = field(repr=False)  # may hold tokens


@dataclass(frozen=True, slots=True)
class _Target:
    host: str
    port: int
    path: str  # with the query

    @classmethod
    def parse(cls, url: str) -> Self:
        """ValueError where it is not https, names a user, or cannot be understood."""
        split = urlsplit(url)
        if split.scheme != "https" or split.username is not None or not split.hostname:
            raise ValueError("not https://host/path")
        host = split.hostname if split.hostname.isascii() else ascii_host(split.hostname)
        if not _HOST.fullmatch(host):
            raise ValueError("no host name")
        path = (split.path or "/") + (f"?{split.query}" if split.query else "")
        return cls(host, split.port or 443, quote(path, safe=_TARGET_SAFE))

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 443 else f"{host}:{self.port}"


class Https:
    """Every method may raise Problem: whatever the other side does, nothing else."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def get(self, url: str, *, seconds: float = SECONDS) -> Response:
        """Follows up to three redirects, each to https on port 443, and judged by the gate as the first address was."""
        end = time.monotonic() + seconds
        target = _target(url)
        for _ in range(REDIRECTS + 1):
            response = self._ask(target, url, b"GET", b"", end)
            location = response.headers.get("Location")
            if response.status not in _REDIRECTING or not location:
                return response
            url, target = _onward(url, location)
            if target.port != 443:
                raise Problem(Trouble.CONNECT_FAILED, host=target.host, port=target.port)
        raise Problem(Trouble.SERVER_LIMIT, host=target.host)

    def post(self, url: str, form: Mapping[str, str], *, seconds: float = SECONDS) -> Response:
        """A form. No redirect is followed: what is sent may be a secret, or meant for this address alone."""
        return self._ask(_target(url), url, b"POST", urlencode(form).encode(), time.monotonic() + seconds)

    def _ask(self, target: _Target, url: str, method: bytes, body: bytes, end: float) -> Response:
        server = Server(target.host, target.port, Security.TLS)
        sock = self._gate.connect(target.host, target.port, _left(end, target), ports=WEB)
        with _encrypted(sock, server, _left(end, target)) as tls:
            try:
                tls.settimeout(_left(end, target))
                tls.sendall(_request(target, method, body))
                return _answer(_Arriving(tls, end), url, method, target)
            except IncompleteRead as error:
                raise Problem(Trouble.SERVER_CLOSED, host=target.host) from error
            except TimeoutError as error:
                raise Problem(Trouble.SERVER_SILENT, host=target.host) from error
            except OSError as error:
                raise Problem(Trouble.SERVER_CLOSED, host=target.host) from error
            except (HTTPException, ValueError) as error:
                raise Problem(Trouble.SERVER_GARBAGE, host=target.host) from error


class _TooMuch(HTTPException):
    pass


class _Arriving(io.RawIOBase):
    """What the socket brings, up to the deadline and the limit. Stands where HTTPResponse expects a socket."""

    def __init__(self, sock: ssl.SSLSocket, end: float) -> None:
        self._sock = sock
        self._end = end
        self._room = LIMIT + HEAD

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # typeshed: any buffer
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        count = self._sock.recv_into(buffer)
        self._room -= count
        if self._room < 0:
            raise _TooMuch
        return count


def _answer(arriving: _Arriving, url: str, method: bytes, target: _Target) -> Response:
    response = HTTPResponse(cast("socket", arriving), method=method.decode())
    too_much = Problem(Trouble.SERVER_LIMIT, host=target.host)
    try:
        response.begin()
        if (response.length or 0) > LIMIT:
            raise too_much
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise HTTPException("compressed, which was not asked for")
        body = response.read(LIMIT + 1)
    except _TooMuch as error:
        raise too_much from error
    if len(body) > LIMIT:
        raise too_much
    if response.length:
        raise IncompleteRead(body, response.length)
    return Response(url, response.status, response.headers, body)


def _request(target: _Target, method: bytes, body: bytes) -> bytes:
    lines = [
        f"{method.decode()} {target.path} HTTP/1.1",
        f"Host: {target.authority}",
        "User-Agent: Teczka",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
    ]
    if body:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _target(url: str) -> _Target:
    try:
        return _Target.parse(url)
    except ValueError as error:  # UnicodeError is one
        raise Problem(Trouble.CONNECT_FAILED, host=url[:100], port=443) from error


def _onward(url: str, location: str) -> tuple[str, _Target]:
    try:
        joined = urljoin(url, location)
    except ValueError as error:
        raise Problem(Trouble.CONNECT_FAILED, host=location[:100], port=443) from error
    return joined, _target(joined)


def _encrypted(sock: socket, server: Server, seconds: float) -> ssl.SSLSocket:
    try:
        sock.settimeout(seconds)  # of the handshake as a whole
        return client_context(server).wrap_socket(sock, server_hostname=server.host)
    except (OSError, ValueError) as error:
        sock.close()
        raise handshake_problem(error, server) from error


def _left(end: float, target: _Target) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise Problem(Trouble.SERVER_SILENT, host=target.host)
    return left
