"""What kind of place an IP address is, judged by its properties and never by the spelling of a name.

An IPv6 address can carry an IPv4 one inside (translators and tunnels deliver to it): every address inside is judged too.
"""

from collections.abc import Iterator
from enum import IntEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Reach(IntEnum):
    """How far an address may be reached from here; the worst of an address and what it carries counts."""

    PUBLIC = 0
    INSIDE = 1  # loopback, private, reserved: only where the machine's keeper named it
    NEVER = 2  # metadata services, link-local, multicast, unspecified


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


# 168.63.129.16 and the last four are the clouds' metadata services that are not link-local.
_NEVER = _networks(
    "0.0.0.0/32",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "255.255.255.255/32",
    "::/128",
    "fe80::/10",
    "ff00::/8",
    "100.100.100.200/32",
    "168.63.129.16/32",
    "192.0.0.192/32",
    "fd00:ec2::254/128",
    "fd20:ce::254/128",
)

# What `is_global` answered differently from one Python 3.11 patch to the next, or not at all.
_INSIDE = _networks(
    "0.0.0.0/8",
    "100.64.0.0/10",
    "192.0.0.0/24",
    "192.88.99.0/24",
    "198.18.0.0/15",
    "240.0.0.0/4",
    "::/96",
    "::ffff:0:0:0/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fec0::/10",
)

_MAPPED = IPv6Network("::ffff:0:0/96")
_TRANSLATED = IPv6Network("64:ff9b::/96")  # NAT64, RFC 6052 §2.1
_COMPATIBLE = IPv6Network("::/96")  # RFC 4291 §2.5.5.1
_STATELESS = IPv6Network("::ffff:0:0:0/96")  # "IPv4-translated", RFC 2765 §2.1
_ISATAP = {0x00005EFE, 0x02005EFE}  # RFC 5214 §6.1: bits 64 to 95


def reach(address: Address) -> Reach:
    inner = list(_inside_of(address))
    worst = max((reach(carried) for carried in inner), default=Reach.PUBLIC)
    if inner and isinstance(address, IPv6Address) and (address in _MAPPED or address in _TRANSLATED):
        return worst  # only another spelling of the IPv4 address
    if any(address in network for network in _NEVER):
        return Reach.NEVER
    if not address.is_global or any(address in network for network in _INSIDE):
        return max(worst, Reach.INSIDE)
    return worst


def beside(address: Address, own: Address) -> bool:
    """Whether an address is this machine's, or a neighbour's, where `own` is the one from which it would speak to that address. A network
    of IPv6 is a /64 (RFC 4291 §2.5.4); how large one of IPv4 is no address tells."""
    if isinstance(address, IPv6Address) and isinstance(own, IPv6Address):
        return int(address) >> 64 == int(own) >> 64
    return address == own


def plain(address: Address) -> Address:
    """The IPv4 address that a mapped or translated one spells; any other as it is."""
    if isinstance(address, IPv6Address) and (address in _MAPPED or address in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _inside_of(address: Address) -> Iterator[IPv4Address]:
    if isinstance(address, IPv4Address):
        return
    low = int(address) & 0xFFFFFFFF
    if any(address in network for network in (_MAPPED, _TRANSLATED, _STATELESS)) or (
        address in _COMPATIBLE and int(address) > 1
    ):
        yield IPv4Address(low)
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        yield IPv4Address(low)
    if address.sixtofour is not None:  # RFC 3056 §2
        yield address.sixtofour
    if address.teredo is not None:  # RFC 4380 §4: server and client
        yield from address.teredo
