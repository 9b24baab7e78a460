"""What DNS says of a domain's mail: MX (RFC 5321 §5.1) and SRV (RFC 6186, RFC 8314 §5.1). Asked of the machine's own name servers."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from secrets import randbelow

from dns.exception import DNSException
from dns.name import root
from dns.rdatatype import RdataType
from dns.rdtypes.ANY import MX
from dns.rdtypes.IN import SRV
from dns.resolver import NXDOMAIN, Resolver

from teczka.core.accounts import Endpoint
from teczka.core.discovery import Service
from teczka.core.errors import Problem, Trouble

# What is offered where; port 465 below _submission is spoken with TLS whatever the name says.
SERVICES = (
    ("_imaps", Service.IMAP, "tls"),
    ("_imap", Service.IMAP, "starttls"),
    ("_pop3s", Service.POP3, "tls"),
    ("_pop3", Service.POP3, "starttls"),
    ("_submissions", Service.SMTP, "tls"),
    ("_submission", Service.SMTP, "starttls"),
)


@dataclass(frozen=True, slots=True)
class Exchangers:
    """Who receives a domain's mail, best first. `known`: the domain exists, though it may receive none."""

    known: bool
    hosts: tuple[str, ...] = ()


class Names:
    """Methods raise Problem(SERVER_SILENT) where the name servers give no answer, or a broken one."""

    def __init__(self, make: Callable[[], Resolver] = Resolver) -> None:
        """`make` is called for each question: name servers change while we run."""
        self._make = make

    def exchangers(self, domain: str, seconds: float) -> Exchangers:
        try:
            found = [record for record in self._ask(domain, RdataType.MX, seconds) if isinstance(record, MX.MX)]
        except NXDOMAIN:
            return Exchangers(known=False)
        found.sort(key=lambda record: record.preference)
        # "." alone: the domain takes no mail (RFC 7505)
        hosts = (_text(record.exchange.to_text()) for record in found if record.exchange != root)
        return Exchangers(True, tuple(dict.fromkeys(hosts)))

    def servers(self, domain: str, seconds: float) -> list[tuple[Service, Endpoint]]:
        """Encrypted from the first byte before STARTTLS; within a record set by priority and weight."""
        with ThreadPoolExecutor(len(SERVICES), thread_name_prefix="srv") as pool:
            answers = pool.map(lambda one: self._services(f"{one[0]}._tcp.{domain}", seconds), SERVICES)
        return [
            (service, Endpoint(_text(record.target.to_text()), record.port, "tls" if record.port == 465 else security))
            for (_, service, security), records in zip(SERVICES, answers, strict=True)
            for record in ordered(records)
            if record.target != root  # ".": not offered (RFC 6186 §3.4)
        ]

    def _services(self, name: str, seconds: float) -> list[SRV.SRV]:
        try:
            return [record for record in self._ask(name, RdataType.SRV, seconds) if isinstance(record, SRV.SRV)]
        except (NXDOMAIN, Problem):
            return []

    def _ask(self, name: str, kind: RdataType, seconds: float) -> Iterable[object]:
        """Raises NXDOMAIN."""
        try:
            answer = self._make().resolve(f"{name}.", kind, lifetime=seconds, raise_on_no_answer=False, search=False)
        except NXDOMAIN:
            raise
        except (
            DNSException,
            OSError,
            ValueError,
        ) as error:  # no name servers at all, or a name that cannot be one, too
            raise Problem(Trouble.SERVER_SILENT, host=name) from error
        return answer.rrset or ()


def ordered(records: list[SRV.SRV], below: Callable[[int], int] = randbelow) -> list[SRV.SRV]:
    """Lowest priority first; among equals by chance, in proportion to their weights (RFC 2782)."""
    waiting = sorted(records, key=lambda record: (record.priority, record.weight))  # weight 0 first, as the RFC wants
    done: list[SRV.SRV] = []
    while waiting:
        equals = [record for record in waiting if record.priority == waiting[0].priority]
        drawn = below(sum(record.weight for record in equals) + 1)
        for record in equals:
            drawn -= record.weight
            if drawn <= 0:
                done.append(record)
                waiting.remove(record)
                break
    return done


def _text(name: str) -> str:
    return name.rstrip(".").lower()
