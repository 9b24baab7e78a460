"""The gate: judged by the address that is dialled, looked up once, refused without a trace."""

import asyncio
import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.errors import Problem, Trouble
from teczka.remote.addresses import Address, Reach, plain, reach
from teczka.remote.egress import Gate, own_address, parse_entries, parse_entry
from teczka.remote.types import Security, Server

NEVER = [
    "169.254.169.254", "169.254.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "fe80::1", "fd00:ec2::254", "fd20:ce::254",
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255",
    "2002:a9fe:a9fe::1", "::ffff:0:169.254.169.254", "fe80::5efe:8.8.8.8", "2a00:1450::5efe:169.254.169.254",
]  # fmt: skip
INSIDE = [
    "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "192.0.0.1", "198.18.0.1",
    "192.0.2.1", "203.0.113.1", "240.0.0.1", "0.1.2.3", "192.88.99.1", "::1", "fd12::1", "fc00::1", "fec0::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::",
    "2002:808:808::1", "2001:0:7f00:1:0:0:f7f7:f7f7", "2001:0:808:808:0:0:80ff:fffe", "2a00:1450::200:5efe:10.0.0.1", "100::1", "::8.8.8.8",
    "3fff::1", "5f00::1", "::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8",
    "212.77.98.20",
    "2a00:1450:4001:80b::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "172.32.0.1",
    "100.128.0.1",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [(text, kind) for kind, texts in zip(Reach, (PUBLIC, INSIDE, NEVER), strict=True) for text in texts],
)
def test_addresses_are_judged_by_what_they_are(text: str, expected: Reach) -> None:
    assert reach(ip_address(text)) is expected


@given(st.ip_addresses())
def test_every_address_has_a_reach(address: Any) -> None:
    assert reach(address) in Reach


@given(st.ip_addresses(v=4))
def test_no_spelling_of_an_ipv4_address_in_ipv6_reaches_further(address: Any) -> None:
    number = int(address)
    for spelled in (
        0xFFFF << 32 | number,
        0x64FF9B << 96 | number,
        0x2002 << 112 | number << 80,
        0x5EFE << 32 | number | 0x2A00 << 112,
    ):
        assert reach(ip_address(spelled.to_bytes(16, "big"))) >= reach(address)


@pytest.mark.parametrize(
    ("allow", "address", "port", "permitted"),
    [
        ("", "8.8.8.8", 993, True),
        ("", "8.8.8.8", 25, False),
        ("", "8.8.8.8", 22, False),
        ("8.8.8.8:2993", "8.8.8.8", 2993, True),
        ("8.8.8.8:2993", "8.8.4.4", 2993, False),
        ("", "127.0.0.1", 993, False),
        ("127.0.0.1", "127.0.0.1", 40000, True),
        ("127.0.0.1", "127.0.0.2", 40000, False),
        ("127.0.0.1", "::1", 993, False),
        ("127.0.0.1", "::ffff:127.0.0.1", 993, True),
        ("10.0.0.0/8:993", "10.1.2.3", 993, True),
        ("10.0.0.0/8:993", "10.1.2.3", 143, False),
        (" 10.0.0.0/8 , [fd00::]/8:993 ", "fd00::7", 993, True),
        ("[fd00::/8]:993", "fd00::7", 143, False),
        ("fd00::/8", "fd00::7", 143, True),
        ("0.0.0.0/0, ::/0", "169.254.169.254", 80, False),
        ("0.0.0.0/0, ::/0", "fe80::1", 993, False),
        ("fd00::/8", "fd00:ec2::254", 993, False),
        ("0.0.0.0/0", "::ffff:169.254.169.254", 80, False),
    ],
)
def test_who_may_be_dialled(allow: str, address: str, port: int, permitted: bool) -> None:
    assert Gate.parse(allow).permits(ip_address(address), port) is permitted


@pytest.mark.parametrize(
    ("own", "address", "permitted"),
    [
        ("2a02:a300:1:2::10", "2a02:a300:1:2::77", False),
        ("2a02:a300:1:2::10", "2a02:a300:1:2::10", False),
        ("2a02:a300:1:2::10", "2a02:a300:1:3::77", True),
        ("fd12::10", "2a02:a300:1:2::77", True),
        ("8.8.4.4", "8.8.4.4", False),
        ("8.8.4.4", "::ffff:8.8.4.4", False),
        ("8.8.4.4", "64:ff9b::808:404", False),
        ("8.8.4.4", "8.8.4.5", True),
        ("192.168.1.5", "8.8.4.4", True),
        (None, "8.8.4.4", True),  # no way leads there: nor will a connection
    ],
)
def test_this_machine_and_its_neighbours_are_inside_however_public_their_addresses(
    own: str | None, address: str, permitted: bool
) -> None:
    asked = []

    def finder(towards: Address) -> Address | None:
        asked.append(towards)
        return ip_address(own) if own else None

    assert Gate(own=finder).permits(ip_address(address), 993) is permitted
    assert asked == [plain(ip_address(address))]
    assert Gate(parse_entries(f"[{plain(ip_address(address))}]:993"), own=finder).permits(ip_address(address), 993)
    assert len(asked) == 1, "who was named is not asked about"


@pytest.mark.parametrize(
    ("allow", "address", "port", "permitted"),
    [
        ("", "2a02:a300:1:2::77", 993, False),
        ("", "2a02:a300:2::77", 993, True),
        ("2a02:a300:1:2::25", "2a02:a300:1:2::25", 993, True),
        ("2a02:a300:1:2::25", "2a02:a300:1:2::26", 993, False),
        ("", "::ffff:212.77.98.20", 993, False),
        ("", "212.77.98.20", 465, True),
    ],
)
def test_what_the_keeper_names_as_the_office_s_own_is_inside(
    allow: str, address: str, port: int, permitted: bool
) -> None:
    deny = parse_entries("2a02:a300:1::/48, 212.77.98.0/24:993")
    assert Gate(parse_entries(allow), deny, own=lambda _: None).permits(ip_address(address), port) is permitted


def test_the_system_knows_from_which_address_it_speaks() -> None:
    assert own_address(ip_address("127.0.0.1")) == ip_address("127.0.0.1")


@pytest.mark.parametrize(
    "entry",
    [
        "localhost",
        "10.0.0.0/33",
        "10.0.0.1:",
        "10.0.0.1:0",
        "10.0.0.1:99999",
        "[::1",
        "[::1]:x",
        ":993",
        "10.0.0.1:imap",
    ],
)
def test_a_bad_entry_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="is no address") as caught:
        parse_entry(entry)
    assert repr(entry) in str(caught.value)


def resolving(*answers: list[str]) -> Callable[..., list[Any]]:
    """A resolver that answers differently each time, as one that rebinds does."""
    rest = list(answers)

    def getaddrinfo(host: str, port: int, **_: object) -> list[Any]:
        found = rest.pop(0)
        return [(socket.AF_INET6 if ":" in text else socket.AF_INET, 1, 6, "", (text, port)) for text in found]

    return getaddrinfo


def dial(gate: Gate, host: str, port: int, named_only: bool = False) -> socket.socket:
    return gate.connect(host, port, 1, named_only=named_only)


def dial_async(gate: Gate, host: str, port: int, named_only: bool = False) -> socket.socket:
    return asyncio.run(gate.connect_async(host, port, 1, named_only=named_only))


dials = pytest.mark.parametrize("connect", [dial, dial_async])
Dial = Callable[..., socket.socket]


@dials
def test_a_host_is_looked_up_once_and_only_permitted_addresses_are_dialled(
    connect: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_server(("127.0.0.2", 0)) as other:
        port = server.getsockname()[1]
        monkeypatch.setattr(socket, "getaddrinfo", resolving(["169.254.169.254", "127.0.0.2", "127.0.0.1"]))
        with connect(Gate.parse("127.0.0.1"), "mail.example.org", port) as sock:
            assert sock.getpeername() == ("127.0.0.1", port)
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            other.accept()


@dials
@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "2130706433", "127.1", "::ffff:127.0.0.1"])
def test_no_spelling_gets_to_loopback(connect: Dial, host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with pytest.raises(Problem) as caught:
            connect(Gate(), host, server.getsockname()[1])
        assert caught.value.trouble is Trouble.CONNECT_FAILED
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


@dials
def test_refused_and_unreachable_carry_the_same_parameters(connect: Dial) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    told = []
    for gate in (Gate(), Gate.parse("127.0.0.1")):
        with pytest.raises(Problem) as caught:
            connect(gate, "127.0.0.1", port)
        told.append(caught.value)
    assert [problem.trouble for problem in told] == [Trouble.CONNECT_FAILED, Trouble.CONNECT_FAILED]
    assert told[0].params == told[1].params


@dials
def test_a_second_address_is_tried_when_the_first_refuses(connect: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr(socket, "getaddrinfo", resolving(["127.0.0.2", "127.0.0.1"]))
        with connect(Gate.parse("127.0.0.0/8"), "mail.example.org", port) as sock:
            assert sock.getpeername()[0] == "127.0.0.1"


@dials
def test_an_address_that_never_answers_is_a_time_out(connect: Dial) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:  # the queue of connections is full, further ones are not answered at all
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        with pytest.raises(Problem) as caught:
            connect(Gate.parse("127.0.0.1"), "127.0.0.1", port)
        assert caught.value.trouble is Trouble.CONNECT_FAILED
        for filler in fillers:
            filler.close()


@dials
@pytest.mark.parametrize("host", ["", "a\0b", "x" * 64 + ".pl", "nowhere.invalid", "-.pl", "a b"])
def test_a_host_that_is_none_is_unknown_or_forbidden(connect: Dial, host: str) -> None:
    with pytest.raises(Problem) as caught:
        connect(Gate(), host, 993)
    assert caught.value.trouble in {Trouble.ADDRESS_UNKNOWN, Trouble.CONNECT_FAILED}


@dials
def test_without_encryption_only_named_addresses_are_dialled(connect: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving(["8.8.8.8"]))
    with pytest.raises(Problem) as caught:
        connect(Gate.parse("127.0.0.1"), "mail.example.org", 143, named_only=True)
    assert caught.value.trouble is Trouble.CONNECT_FAILED


@pytest.mark.parametrize(
    ("address", "allowed", "dialled"),
    [
        ("8.8.8.8", True, True),
        ("8.8.8.8", False, False),
        ("10.0.0.5", True, False),
        ("127.0.0.1", True, False),
    ],
)
def test_an_administrator_opens_a_public_host_to_plain_connections_and_the_office_s_network_to_none(
    address: str, allowed: bool, dialled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving([address]))
    server = Server("mail.example.org", 143, Security.PLAIN, plain_allowed=allowed)
    place = Gate().look_up(server.host, server.port, 1, named_only=server.named_only)
    assert bool(place.candidates) is dialled
