"""How forbidden hosts can be spelled: literals as getaddrinfo understands them, and names with what they resolve to."""

import socket

# What every program that checks strings has been got past with. The C library takes the odd ones for IPv4, Python the full-width ones.
LITERALS = [
    # loopback, IPv4
    "127.0.0.1", "127.1", "127.0.1", "127.0.0.2", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.1", "0x7F.0x0.0x0.0x1",
    "017700000001", "0177.0.0.1", "0177.0.0.01", "127.0.0.01", "0x7f.0.0.0x1", "127.0.65535", "127.0xffff",
    "１２７.０.０.１", "127。0。0。1", "127．0．0．1", "①②⑦.⓪.⓪.①", "２１３０７０６４３３",
    # "this host"
    "0", "0.0.0.0", "0x0", "00000000", "0.1",
    # loopback, IPv6, and IPv4 inside IPv6
    "::1", "0:0:0:0:0:0:0:1", "0000:0000:0000:0000:0000:0000:0000:0001", "::0001", "::", "::127.0.0.1", "::7f00:1",
    "::ffff:127.0.0.1", "::ffff:7f00:1", "::FFFF:127.0.0.1", "0:0:0:0:0:ffff:127.0.0.1", "::ffff:0:127.0.0.1", "::1%lo",
    "64:ff9b::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1",
    "2002:7f00:1::", "2002:7f00:0001::1", "2001:0:7f00:1::", "2001:0:808:808:0:0:80ff:fffe", "fe80::5efe:127.0.0.1",
    "2a00:1450::5efe:127.0.0.1", "2a00:1450::200:5efe:7f00:1", "fec0::1",
    # metadata and link-local
    "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "169.16689662", "169.254.0.1",
    "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "fd00:ec2::254", "fd20:ce::254",
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "fe80::1", "fe80::1%lo", "１６９.２５４.１６９.２５４",
    # private and shared
    "10.0.0.1", "10.1", "0xa000001", "167772161", "012.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.0.1", "3232235521",
    "192.168.257", "0300.0250.0.1", "100.64.0.1", "198.18.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "240.0.0.1",
    "255.255.255.255", "224.0.0.1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "64:ff9b::a00:1", "2002:c0a8:1::",
    "::ffff:10.0.0.1", "::ffff:192.168.1.1", "3fff::1", "5f00::1", "100::1",
]  # fmt: skip

# Whoever owns a domain may have it resolve to anything.
NAMES = {
    "localhost": ["127.0.0.1", "::1"],
    "LOCALHOST": ["127.0.0.1"],
    "localhost.": ["127.0.0.1"],
    "ⓛocalhost": ["127.0.0.1"],
    "imap.localhost": ["::1"],
    "localhost.localdomain": ["127.0.0.1"],
    "ip6-localhost": ["::1"],
    "ip6-loopback": ["::1"],
    "kancelaria-serwer": ["127.0.1.1"],
    "127.0.0.1.nip.io": ["127.0.0.1"],
    "7f000001.nip.io": ["127.0.0.1"],
    "localtest.me": ["127.0.0.1", "::1"],
    "mail.zlodziej.example": ["127.0.0.1"],
    "mail.zlodziej.example.": ["127.0.0.1"],
    "v6.zlodziej.example": ["::1"],
    "mapped.zlodziej.example": ["::ffff:127.0.0.1"],
    "nat64.zlodziej.example": ["64:ff9b::7f00:1"],
    "6to4.zlodziej.example": ["2002:7f00:1::1"],
    "teredo.zlodziej.example": ["2001:0:7f00:1::"],
    "isatap.zlodziej.example": ["fe80::5efe:7f00:1"],
    "metadata.google.internal": ["169.254.169.254"],
    "instance-data.ec2.internal": ["169.254.169.254"],
    "meta.zlodziej.example": ["fd00:ec2::254"],
    "nas.biuro.lan": ["192.168.1.10"],
    "drukarka.local": ["10.0.0.9"],
    "intranet": ["172.16.5.5"],
    "poczta.kancelaria.pl": ["10.20.30.40", "fd12::25"],
    "xn--rdo-vqa.zlodziej.example": ["127.0.0.1"],
    "żródło.zlodziej.example": ["127.0.0.1"],
    "zero.zlodziej.example": ["0.0.0.0", "::"],
}

_system = socket.getaddrinfo


def getaddrinfo(host: str, port: int, **named: object) -> list[object]:
    """The resolver of this little world: NAMES, and the system's for what is no name."""
    if host in NAMES:
        return [(socket.AF_INET6 if ":" in at else socket.AF_INET, 1, 6, "", (at, port)) for at in NAMES[host]]
    return _system(host, port, **named)  # type: ignore[arg-type]
