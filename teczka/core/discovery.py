"""What was found out about an address's servers, from whom, and how far that is to be trusted. Plain data."""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self

from teczka.core.accounts import Auth, Endpoint


@dataclass(frozen=True, slots=True)
class Address:
    """As `mime.recipients.parted` takes an e-mail address apart. The domain is in lower case and an A-label (`xn--…`), `text` as typed."""

    text: str
    local: str
    domain: str


class Source(StrEnum):
    """Who said it."""

    OFFICE = "office"  # an administrator's templates for the domain
    BUILT_IN = "built_in"  # our own table, by the address's domain
    BUILT_IN_MX = "built_in_mx"  # our own table, by the host that DNS says receives the domain's mail
    PROVIDER = "provider"  # the domain's own server, over https
    DATABASE = "database"  # Thunderbird's public directory
    DNS = "dns"  # SRV records
    GUESSED = "guessed"  # names that are usual, each of which answered
    BY_HAND = "by_hand"  # nobody: what is there is a proposal that nothing answered to

    @property
    def trust(self) -> "Trust":
        return _TRUST[self]


class Trust(StrEnum):
    SURE = "sure"
    LIKELY = "likely"
    UNSURE = "unsure"


_TRUST = {
    Source.OFFICE: Trust.SURE,
    Source.BUILT_IN: Trust.SURE,
    Source.BUILT_IN_MX: Trust.LIKELY,
    Source.PROVIDER: Trust.LIKELY,
    Source.DATABASE: Trust.LIKELY,
    Source.DNS: Trust.UNSURE,
    Source.GUESSED: Trust.UNSURE,
    Source.BY_HAND: Trust.UNSURE,
}


class Service(StrEnum):
    IMAP = "imap"
    POP3 = "pop3"
    SMTP = "smtp"


class Standing(StrEnum):
    """Whose a server's name is."""

    OWN = "own"  # below the address's own domain
    KNOWN = "known"  # of a provider in our table
    FOREIGN = "foreign"  # of a domain that we know nothing of
    LOOKALIKE = "lookalike"  # foreign, and like the address's domain or a known provider's


@dataclass(frozen=True, slots=True)
class Offer:
    """A server that an account could have, filled in for the address."""

    service: Service
    server: Endpoint
    username: str
    username_retry: str = ""  # to be tried once where the other is refused
    auth: tuple[Auth, ...] = (Auth.PASSWORD,)  # best first
    base_domain: str = ""  # the registered domain that the server's name lies below: what a person should look at
    standing: Standing = Standing.FOREIGN
    resembles: str = ""  # LOOKALIKE: the domain it could be mistaken for
    checked: bool = False  # it answered, with a certificate for its name


class Outcome(StrEnum):
    ASKING = "asking"
    FOUND = "found"
    NOTHING = "nothing"
    FAILED = "failed"  # no answer, or none that can be used


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody is being asked, or was: told as it happens, and kept with what was found."""

    source: Source
    subject: str  # whom: a host, or the domain that is asked about
    outcome: Outcome = Outcome.ASKING


@dataclass(frozen=True, slots=True)
class Found:
    """The end of a search. Without `incoming` there is nothing but the provider's help to show."""

    address: str
    source: Source
    name: str  # of the provider, for the account's name
    provider: str = ""  # id in providers.toml; "": unknown
    incoming: tuple[Offer, ...] = ()  # IMAP before POP3, best first
    outgoing: tuple[Offer, ...] = ()
    help_url: str = ""  # which the domain itself published
    unknown_domain: bool = False  # DNS says that there is no such domain
    suggestion: str = ""  # an address that may have been meant: the domain looks like a slip of the finger
    steps: tuple[Step, ...] = ()

    @property
    def offers(self) -> tuple[Offer, ...]:
        return (*self.incoming, *self.outgoing)

    @property
    def confirm(self) -> tuple[str, ...]:
        """Domains that its person has to agree to before a password goes there. The office's own word needs no second one."""
        strange = [offer for offer in self.offers if offer.standing in {Standing.FOREIGN, Standing.LOOKALIKE}]
        return () if self.source is Source.OFFICE else tuple(dict.fromkeys(offer.base_domain for offer in strange))

    def of(self, service: Service) -> tuple[Offer, ...]:
        return tuple(offer for offer in self.offers if offer.service is service)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"trust": self.source.trust, "confirm": self.confirm}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        """`as_json` as it comes out of JSON."""
        plain = {
            name: told[name] for name in ("address", "name", "provider", "help_url", "unknown_domain", "suggestion")
        }
        found = cls(source=Source(told["source"]), **plain)
        steps = (Step(Source(one["source"]), one["subject"], Outcome(one["outcome"])) for one in told["steps"])
        return replace(
            found, incoming=_offers(told["incoming"]), outgoing=_offers(told["outgoing"]), steps=tuple(steps)
        )


def _offers(told: list[dict[str, Any]]) -> tuple[Offer, ...]:
    return tuple(
        Offer(
            **one
            | {
                "service": Service(one["service"]),
                "server": Endpoint(**one["server"]),
                "auth": tuple(map(Auth, one["auth"])),
                "standing": Standing(one["standing"]),
            }
        )
        for one in told
    )
