"""An office's rules for external accounts, which its administrators set."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from teczka.core.accounts import Endpoint

ACCOUNT_LIMIT = 4  # external accounts a person

# What a template that names only the host means, and what goes with a port alone.
_PORTS = {"imap": 993, "pop3": 995, "smtp": 465}
_STARTTLS = {143, 110, 587}
_SECURITIES = {"tls", "starttls", "plain"}


@dataclass(frozen=True, slots=True)
class Hosted:
    """Where the mail of a domain that the office's operator hosts lies: templates in the order in which they are tried.

    A template is host, host:port or host:port:security and may hold DOMAIN: `imap.DOMAIN`, `imap.forpsi.com`, `mail.DOMAIN:993:tls`.
    The domain stands for its subdomains too.
    """

    domain: str
    imap: tuple[str, ...] = ()
    pop3: tuple[str, ...] = ()
    smtp: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"domain": self.domain, "imap": [*self.imap], "pop3": [*self.pop3], "smtp": [*self.smtp]}

    def servers(self, kind: str, domain: str) -> list[Endpoint]:
        """Of "imap", "pop3" or "smtp", filled in for a domain. Raises ValueError where a template cannot be understood."""
        told = {"imap": self.imap, "pop3": self.pop3, "smtp": self.smtp}[kind]
        return [fill(template, kind, domain) for template in told]

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        return cls(told["domain"], *(tuple(told.get(kind, ())) for kind in ("imap", "pop3", "smtp")))


@dataclass(frozen=True, slots=True)
class Policy:
    account_limit: int = ACCOUNT_LIMIT
    allowed_domains: frozenset[str] = frozenset()  # empty: all but the forbidden
    forbidden_domains: frozenset[str] = frozenset()
    ask_ispdb: bool = False  # whether discovery may ask Thunderbird's public directory
    hosted: tuple[Hosted, ...] = ()
    plain_hosts: frozenset[str] = frozenset()  # servers that may be spoken to without encryption
    public_providers: frozenset[str] = frozenset()  # ids in core/providers.toml, marked as public by the office

    def allows_domain(self, address: str) -> bool:
        """A domain stands for its subdomains too. What is forbidden is so even below what is allowed."""
        domain = address.rpartition("@")[2].lower().rstrip(".")
        if _within(domain, self.forbidden_domains):
            return False
        return not self.allowed_domains or _within(domain, self.allowed_domains)

    def allows_plain(self, host: str) -> bool:
        return host.lower().rstrip(".") in self.plain_hosts

    def hosts(self, domain: str) -> Hosted | None:
        """What the operator says of this domain: the entry that fits it best."""
        fitting = (entry for entry in self.hosted if _within(domain, frozenset({entry.domain})))
        return max(fitting, key=lambda entry: len(entry.domain), default=None)


def fill(template: str, kind: str, domain: str) -> Endpoint:
    """Raises ValueError."""
    host, _, rest = template.strip().replace("DOMAIN", domain).partition(":")
    port, _, security = rest.partition(":")
    number = int(port) if port else _PORTS[kind]
    security = security or ("starttls" if number in _STARTTLS else "tls")
    if not host or not 0 < number < 65536 or security not in _SECURITIES:
        raise ValueError(f"{template!r} is not host, host:port or host:port:security")
    return Endpoint(host.lower(), number, security)


def _within(domain: str, domains: frozenset[str]) -> bool:
    labels = domain.split(".")
    return any(".".join(labels[at:]) in domains for at in range(len(labels)))
