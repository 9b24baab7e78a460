"""The one gate for every outgoing connection whose address came from a person or from mail (P9).

A host is looked up once, every address is judged by its properties, and the connection goes to the address that was judged: a second
look-up could answer otherwise. The caller keeps the name for TLS. Refused and unreachable carry the same parameters, so that a page
can say the same sentence for both and is no port scanner.
"""

import asyncio
import errno
import re
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Self

from teczka.core.errors import Problem, Trouble
from teczka.remote.addresses import Address, Network, Reach, plain, reach

# The ports of the protocols that we speak; others only where an allow entry covers the address.
PORTS = frozenset({143, 993, 110, 995, 465, 587})

_BRACKETED = re.compile(r"\[([^\[\]]+)\](/\d+)?(?::(\d+))?")


@dataclass(frozen=True, slots=True)
class AllowEntry:
    network: Network
    port: int | None  # None: every port

    def covers(self, address: Address, port: int) -> bool:
        same = address.version == self.network.version
        return same and address in self.network and self.port in {None, port}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address as `getaddrinfo` gave it."""

    family: socket.AddressFamily
    target: tuple[str | int | bytes, ...]

    @property
    def address(self) -> Address:
        return ip_address(str(self.target[0]).partition("%")[0])  # without the zone: fe80::1%eth0


class Gate:
    def __init__(self, allow: Sequence[AllowEntry] = ()) -> None:
        self.allow = tuple(allow)

    @classmethod
    def parse(cls, text: str) -> Self:
        """`address[/bits][:port]`, separated by commas; IPv6 in brackets where a port follows. ValueError names the bad entry."""
        return cls([parse_entry(entry.strip()) for entry in text.split(",") if entry.strip()])

    def connect(self, host: str, port: int, timeout: float, *, named_only: bool = False) -> socket.socket:
        """A connected blocking socket with `timeout` set, or Problem. `named_only`: the machine's keeper must have named the address
        (connections without encryption)."""
        deadline = time.monotonic() + timeout
        checked = self._check(host, port, _look_up(host, port), named_only)
        for left, candidate in _counting_down(checked):
            try:
                return _dial(candidate, max(0.1, deadline - time.monotonic()) / left, timeout)
            except OSError as error:
                if left == 1:
                    raise _problem(error, host, port) from error
        raise Problem(Trouble.CONNECT_TIMEOUT, host=host, port=port)

    async def connect_async(self, host: str, port: int, timeout: float, *, named_only: bool = False) -> socket.socket:
        """As `connect`, with a non-blocking socket and without holding the event loop up."""
        deadline = time.monotonic() + timeout
        try:
            found = await asyncio.wait_for(asyncio.to_thread(_look_up, host, port), timeout)
        except TimeoutError as error:
            raise Problem(Trouble.ADDRESS_UNKNOWN, host=host) from error
        checked = self._check(host, port, found, named_only)
        for left, candidate in _counting_down(checked):
            try:
                return await _dial_async(candidate, max(0.1, deadline - time.monotonic()) / left)
            except OSError as error:  # TimeoutError is one
                if left == 1:
                    raise _problem(error, host, port) from error
        raise Problem(Trouble.CONNECT_TIMEOUT, host=host, port=port)

    def permits(self, address: Address, port: int) -> bool:
        return self._names(address, port) or (reach(address) == Reach.PUBLIC and port in PORTS)

    def _names(self, address: Address, port: int) -> bool:
        if reach(address) == Reach.NEVER:
            return False
        return any(entry.covers(plain(address), port) for entry in self.allow)

    def _check(self, host: str, port: int, found: list[Candidate], named_only: bool) -> list[Candidate]:
        """Those that may be connected to. One forbidden address beside good ones is left out, not dialled."""
        judge = self._names if named_only else self.permits
        passed = [candidate for candidate in found if judge(candidate.address, port)]
        if not passed:
            raise Problem(Trouble.ADDRESS_FORBIDDEN, host=host, port=port)
        return passed


def parse_entry(entry: str) -> AllowEntry:
    bracketed = _BRACKETED.fullmatch(entry)
    if bracketed:
        address, port = bracketed[1] + (bracketed[2] or ""), bracketed[3] or ""
    elif entry.count(":") > 1:
        address, port = entry, ""
    else:
        address, _, port = entry.partition(":")
        if ":" in entry and not port:
            port = "missing"
    try:
        number = int(port) if port else None
        if number is not None and not 0 < number < 65536:
            raise ValueError("the port is not between 1 and 65535")
        return AllowEntry(ip_network(address, strict=False), number)
    except ValueError as error:
        raise ValueError(
            f"{entry!r} is no address[/bits][:port] such as 10.0.0.0/8:993 or [fd00::]/8:993 ({error})"
        ) from error


def _look_up(host: str, port: int) -> list[Candidate]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:  # a name that cannot be one (NUL, a label of 64 letters) is a ValueError
        raise Problem(Trouble.ADDRESS_UNKNOWN, host=host) from error
    wanted = {socket.AF_INET, socket.AF_INET6}
    return [Candidate(family, (str(target[0]), *target[1:])) for family, _, _, _, target in found if family in wanted]


def _counting_down(checked: list[Candidate]) -> list[tuple[int, Candidate]]:
    return [(len(checked) - index, candidate) for index, candidate in enumerate(checked)]


def _dial(candidate: Candidate, seconds: float, timeout: float) -> socket.socket:
    sock = socket.socket(candidate.family, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect(candidate.target)
        _prepare(sock)
        sock.settimeout(timeout)
    except BaseException:
        sock.close()
        raise
    return sock


async def _dial_async(candidate: Candidate, seconds: float) -> socket.socket:
    sock = socket.socket(candidate.family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        await asyncio.wait_for(asyncio.get_running_loop().sock_connect(sock, candidate.target), seconds)
        _prepare(sock)
    except BaseException:
        sock.close()
        raise
    return sock


def _prepare(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)  # a peer that vanished while we only listen
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 30)
    if hasattr(socket, "TCP_KEEPIDLE"):  # macOS names it otherwise
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 120)


def _problem(error: OSError, host: str, port: int) -> Problem:
    trouble = Trouble.CONNECT_REFUSED if error.errno == errno.ECONNREFUSED else Trouble.CONNECT_TIMEOUT
    return Problem(trouble, host=host, port=port)
