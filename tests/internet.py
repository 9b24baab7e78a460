"""An internet of one's own, all of it on loopback: names, a real DNS server for MX and SRV, and who listens at which name's port.

The product is not changed for it: what it asks of the system is answered here. `getaddrinfo` leads a name and its port to where the
test's server listens; the resolver's configuration names our DNS server; OpenSSL is told of our certificate authority. A process is
started in it by `python -m tests.internet COMMAND …` with `Internet.environment()`.
"""

import contextlib
import json
import os
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Thread
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset
import pytest
import trustme

from teczka.cli.__main__ import main
from teczka.remote import tls

HOST = "127.0.0.1"
CLOSED = 1  # a port of loopback on which nobody listens
VARIABLE = "TECZKA_TEST_INTERNET"

_getaddrinfo = socket.getaddrinfo


class Internet:
    """Where nothing is set up, nothing is: names are unknown, ports closed."""

    def __init__(self) -> None:
        self.ca = trustme.CA()
        self.addresses: dict[str, list[str]] = {}  # of names that lead elsewhere than to our servers
        self.ports: dict[str, dict[str, str]] = {}  # name → port as the world knows it → address:port on loopback
        self.records: dict[tuple[str, str], list[str]] = {}  # (name, "MX" | "SRV") → as in a zone file
        self.silent: set[str] = set()  # names about which the DNS server says nothing
        self.broken: set[str] = set()  # SERVFAIL
        self.unknown: set[str] = set()  # NXDOMAIN, though `getaddrinfo` may know them
        self.asked: list[str] = []  # "MX kancelaria.example": what the DNS server was asked
        self.looked_up: list[str] = []  # names whose addresses this process asked for
        self._folder = tempfile.TemporaryDirectory(prefix="internet-")
        self.ca_file = Path(self._folder.name) / "ca.pem"
        self.ca.cert_pem.write_to_path(str(self.ca_file))
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        Thread(target=self._answer, name="dns", daemon=True).start()

    @property
    def dns_port(self) -> int:
        return int(self._socket.getsockname()[1])

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread; "not connected" is no matter
        self._socket.close()
        self._folder.cleanup()

    def leads(self, name: str, port: int, to: int, address: str = HOST) -> None:
        """What is asked of `name` at `port` goes to a server on loopback's port `to`."""
        self.ports.setdefault(name, {})[str(port)] = f"{address}:{to}"

    def trust(self, ca_pem: str) -> None:
        """Another authority's servers, too. Of this process, and of those that are started later."""
        with self.ca_file.open("a") as file:
            file.write(ca_pem)
        tls._context.cache_clear()

    def mx(self, domain: str, *hosts: str) -> None:
        """Best first; "." alone: takes no mail."""
        self.records[domain, "MX"] = [f"{10 * place} {host.rstrip('.')}." for place, host in enumerate(hosts)]

    def srv(self, domain: str, service: str, *records: str) -> None:
        """As in a zone file: "0 1 993 mail.example."."""
        self.records[f"{service}._tcp.{domain}", "SRV"] = [*records]

    def environment(self) -> dict[str, str]:
        """For a process that shall live in it, as it is now."""
        told = {"dns": self.dns_port, "addresses": self.addresses, "ports": self.ports}
        return {VARIABLE: json.dumps(told), "SSL_CERT_FILE": str(self.ca_file)}

    def enter(self, patch: pytest.MonkeyPatch) -> None:
        """This process lives in it until `patch` is undone."""
        patch.setenv("SSL_CERT_FILE", str(self.ca_file))
        tls._context.cache_clear()
        _direct(patch.setattr, self.addresses, self.ports, self.dns_port, self.looked_up)

    def _answer(self) -> None:
        while True:
            try:
                data, sender = self._socket.recvfrom(4096)
                if not data:
                    return  # closed
                if answer := self._reply(dns.message.from_wire(data)):
                    self._socket.sendto(answer.to_wire(), sender)
            except OSError:
                return

    def _reply(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{kind} {name}")
        if name in self.silent:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        records = self.records.get((name, kind))
        if name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif records:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
        elif name in self.unknown or not any(known == name or known.endswith(f".{name}") for known in self._names()):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer

    def _names(self) -> Iterator[str]:
        yield from self.addresses
        yield from self.ports
        yield from (name for name, _ in self.records)


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> Iterator[Internet]:
    made = Internet()
    made.enter(monkeypatch)
    yield made
    made.close()
    monkeypatch.undo()
    tls._context.cache_clear()


def _is_the_systems(host: str) -> bool:
    """A number however it is spelled, or the machine itself."""
    try:
        socket.inet_aton(host)
    except OSError:
        return host in {"localhost", ""} or ":" in host
    return True


def _direct(
    setattr_: Any,
    addresses: Mapping[str, list[str]],
    ports: Mapping[str, Mapping[str, str]],
    dns_port: int,
    log: list[str],
) -> None:
    """Turn what asks the system for names to what is told here."""

    def getaddrinfo(host: Any, port: Any, *rest: Any, **named: Any) -> list[Any]:
        if not isinstance(host, str) or _is_the_systems(host):
            return _getaddrinfo(host, port, *rest, **named)
        log.append(host)
        if host in ports:
            address, _, local = ports[host].get(str(port), f"{HOST}:{CLOSED}").rpartition(":")
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(local)))]
        if host in addresses:
            families = ((socket.AF_INET6 if ":" in text else socket.AF_INET, text) for text in addresses[host])
            return [(family, socket.SOCK_STREAM, 6, "", (text, port)) for family, text in families]
        raise socket.gaierror(socket.EAI_NONAME, "not in this internet")

    def read_resolv_conf(resolver: dns.resolver.BaseResolver, _file: Any) -> None:
        resolver.nameservers = [HOST]
        resolver.port = dns_port

    setattr_(socket, "getaddrinfo", getaddrinfo)
    setattr_(dns.resolver.BaseResolver, "read_resolv_conf", read_resolv_conf)


if __name__ == "__main__":
    _told = json.loads(os.environ[VARIABLE])
    _direct(setattr, _told["addresses"], _told["ports"], _told["dns"], [])
    sys.exit(main(sys.argv[1:]))
