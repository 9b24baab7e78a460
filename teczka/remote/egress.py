"""The one gate for every outgoing connection whose address came from a person or from mail (P9).

A host is looked up once, every address is judged by its properties and by where this machine stands, and the connection goes to the
address that was judged: a second look-up could answer otherwise. The caller keeps the name for TLS.

A connection that does not come about says the same and takes the same time whatever the reason: forbidden, refused by the other end, or
never answered. So nobody can use a page to find out what stands in the office's network; the machine's keeper reads the reason in
the log.
"""

import asyncio
import logging
import queue
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Self

from teczka.core.errors import Problem, Trouble
from teczka.remote.addresses import Address, Network, Reach, beside, plain, reach

# The ports of the protocols that we speak; others only where an allow entry covers the address.
MAIL = frozenset({143, 993, 110, 995, 465, 587})
WEB = frozenset({443})  # discovery and sign-in

# Seconds, at most, that a connection which does not come about takes, the looking-up of the name included.
PATIENCE = 5.0

# The ends of names that only the office's own name servers know (RFC 6761, RFC 8375, and those that offices choose).
_OWN_NAMES = frozenset("arpa corp home internal intranet lan local localdomain localhost office private".split())
_BRACKETED = re.compile(r"\[([^\[\]]+)\](/\d+)?(?::(\d+))?")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
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


@dataclass(frozen=True, slots=True)
class Place:
    """A host that was looked up: the addresses that may be dialled, those that may not, and when a failure is told (by
    time.monotonic())."""

    host: str
    port: int
    candidates: tuple[Candidate, ...]
    refused: tuple[Candidate, ...]
    end: float

    def turns(self) -> Iterator[tuple[Candidate, float]]:
        """Each address with its fair share of the seconds that are left."""
        for left, candidate in zip(range(len(self.candidates), 0, -1), self.candidates, strict=True):
            yield candidate, max(0.1, self.end - time.monotonic()) / left

    def failure(self) -> Problem:
        return Problem(Trouble.CONNECT_FAILED, host=self.host, port=self.port)

    @property
    def rest(self) -> float:
        """Seconds until a failure is told."""
        return max(0.0, self.end - time.monotonic())


def own_address(towards: Address) -> Address | None:
    """From which this machine would speak to another, by its table of routes: connecting a datagram's socket sends nothing. None where no
    way leads there."""
    family = socket.AF_INET if towards.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect((str(towards), 9))
            return ip_address(sock.getsockname()[0].partition("%")[0])
    except OSError:
        return None


class Gate:
    """`allow` names what may be dialled although it stands inside, `deny` what stands inside although its address is a public one; `allow`
    goes before. `own` finds this machine's address towards another."""

    def __init__(
        self,
        allow: Sequence[Entry] = (),
        deny: Sequence[Entry] = (),
        own: Callable[[Address], Address | None] = own_address,
    ) -> None:
        self.allow, self.deny, self.own = tuple(allow), tuple(deny), own

    @classmethod
    def parse(cls, allow: str) -> Self:
        """As `parse_entries`."""
        return cls(parse_entries(allow))

    def connect(
        self, host: str, port: int, timeout: float, *, named_only: bool = False, ports: frozenset[int] = MAIL
    ) -> socket.socket:
        """A connected blocking socket with `timeout` set, or Problem. `named_only`: the machine's keeper must have named the address
        (connections without encryption)."""
        return self.dial(self.look_up(host, port, timeout, named_only=named_only, ports=ports), timeout)

    def look_up(
        self, host: str, port: int, timeout: float, *, named_only: bool = False, ports: frozenset[int] = MAIL
    ) -> Place:
        """The first half of `connect`: nothing is dialled. Only a name that nobody knows is a Problem here; what is forbidden becomes
        one when it is dialled, like what does not answer."""
        end = time.monotonic() + min(timeout, PATIENCE)
        answer: queue.SimpleQueue[list[Candidate] | Problem] = queue.SimpleQueue()
        _ask(host, port, answer.put)
        try:
            found = answer.get(timeout=max(0.001, end - time.monotonic()))
        except queue.Empty:
            found = []
        return self._place(host, port, found, end, named_only, ports)

    def dial(self, place: Place, timeout: float) -> socket.socket:
        """The second half. Raises Problem(CONNECT_FAILED)."""
        for candidate, seconds in place.turns():
            try:
                return _dial(candidate, seconds, timeout)
            except OSError as error:
                log.info("egress: %r port %s: %s", place.host, place.port, error)
        time.sleep(place.rest)
        raise place.failure()

    async def connect_async(self, host: str, port: int, timeout: float, *, named_only: bool) -> socket.socket:
        """As `connect`, Problem included, with a non-blocking socket and without holding the event loop up."""
        end = time.monotonic() + min(timeout, PATIENCE)
        try:
            async with asyncio.timeout(end - time.monotonic()):
                found = await _asked_async(host, port)
        except TimeoutError:
            found = []
        place = self._place(host, port, found, end, named_only, MAIL)
        for candidate, seconds in place.turns():
            try:
                return await _dial_async(candidate, seconds)
            except OSError as error:  # TimeoutError is one
                log.info("egress: %r port %s: %s", host, port, error)
        await asyncio.sleep(place.rest)
        raise place.failure()

    def permits(self, address: Address, port: int, ports: frozenset[int] = MAIL) -> bool:
        return self._names(address, port) or (port in ports and self._outside(plain(address), port))

    def _names(self, address: Address, port: int) -> bool:
        if reach(address) == Reach.NEVER:
            return False
        return any(entry.covers(plain(address), port) for entry in self.allow)

    def _outside(self, address: Address, port: int) -> bool:
        """Whether an address is public and, as far as this machine can know, not the office's own."""
        if reach(address) != Reach.PUBLIC or any(entry.covers(address, port) for entry in self.deny):
            return False
        own = self.own(address)
        return own is None or not beside(address, own)

    def _place(
        self,
        host: str,
        port: int,
        found: list[Candidate] | Problem,
        end: float,
        named_only: bool,
        ports: frozenset[int],
    ) -> Place:
        """One forbidden address beside good ones is left out, not dialled."""
        if isinstance(found, Problem):
            if not _own_name(host):
                raise found
            found = []  # like a name of the office's that exists, which would be forbidden
        passed = [candidate for candidate in found if self._passes(candidate.address, port, named_only, ports)]
        refused = [candidate for candidate in found if candidate not in passed]
        for candidate in refused:
            log.warning("egress: %r port %s is refused: %s", host, port, candidate.address)
        return Place(host, port, tuple(passed), tuple(refused), end)

    def _passes(self, address: Address, port: int, named_only: bool, ports: frozenset[int]) -> bool:
        return self._names(address, port) if named_only else self.permits(address, port, ports)


def parse_entries(text: str) -> list[Entry]:
    """`address[/bits][:port]`, separated by commas; IPv6 in brackets where a port follows. ValueError names the bad entry."""
    return [parse_entry(entry.strip()) for entry in text.split(",") if entry.strip()]


def parse_entry(entry: str) -> Entry:
    """One of them; ValueError."""
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
        return Entry(ip_network(address, strict=False), number)
    except ValueError as error:
        raise ValueError(
            f"{entry!r} is no address[/bits][:port] such as 10.0.0.0/8:993 or [fd00::]/8:993 ({error})"
        ) from error


def _ask(host: str, port: int, told: Callable[[list[Candidate] | Problem], None]) -> None:
    """In a thread of its own: getaddrinfo knows no time-out, and one that hangs shall hold up nobody else. It ends by the resolver's."""
    threading.Thread(target=lambda: told(_asked(host, port)), name="look-up", daemon=True).start()


async def _asked_async(host: str, port: int) -> list[Candidate] | Problem:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Candidate] | Problem] = loop.create_future()

    def settle(found: list[Candidate] | Problem) -> None:
        if not answer.done():
            answer.set_result(found)

    def tell(found: list[Candidate] | Problem) -> None:
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, found)

    _ask(host, port, tell)
    return await answer


def _asked(host: str, port: int) -> list[Candidate] | Problem:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError):  # a name that cannot be one (NUL, a label of 64 letters) is a ValueError
        return Problem(Trouble.ADDRESS_UNKNOWN, host=host)
    wanted = {socket.AF_INET, socket.AF_INET6}
    return [Candidate(family, (str(target[0]), *target[1:])) for family, _, _, _, target in found if family in wanted]


def _own_name(host: str) -> bool:
    """Whether only the office's own name servers could know it: that they do not is told to nobody, either."""
    labels = host.rstrip(".").lower().split(".")
    return len(labels) == 1 or labels[-1] in _OWN_NAMES


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
