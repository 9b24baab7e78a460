"""Whose a server's name is, by the public suffix list."""

from dataclasses import replace
from functools import cache
from ipaddress import ip_address

from publicsuffixlist import PublicSuffixList

from teczka.core import providers
from teczka.core.discovery import Offer, Standing
from teczka.core.lookalikes import resembled


def base_domain(host: str) -> str:
    """The part that somebody registered: kancelaria.com.pl of imap.kancelaria.com.pl. A name without one stands for itself."""
    return _list().privatesuffix(host.lower()) or host.lower()


def owner_of(host: str) -> str:
    """Whoever has this server has the others of the same answer: its base domain, or the address itself where it has no name."""
    try:
        return str(ip_address(host))
    except ValueError:
        return base_domain(host.rstrip("."))


def parents(host: str) -> tuple[str, ...]:
    """Where what a mail exchanger belongs to may be published: its name less the first label, and its base domain."""
    base = base_domain(host)
    above = host.partition(".")[2]
    return (above, base) if len(above) > len(base) and above.endswith(f".{base}") else (base,)


def judged(offer: Offer, domain: str) -> Offer:
    """The offer with what a person has to know of its server's name, seen from the address's domain."""
    base, own = base_domain(offer.server.host), base_domain(domain)
    if base == own:
        return replace(offer, base_domain=base, standing=Standing.OWN)
    if base in _known():
        return replace(offer, base_domain=base, standing=Standing.KNOWN)
    like = resembled(base, (own, *_known()))
    return replace(offer, base_domain=base, standing=Standing.LOOKALIKE if like else Standing.FOREIGN, resembles=like)


def meant(domain: str) -> str:
    """The domain of a known mailbox provider that was probably meant, or ""."""
    well_known = (
        name for one in providers.every().values() if one.kind is providers.Kind.MAILBOX for name in one.domains
    )
    return "" if providers.by_domain(domain) else resembled(domain, well_known)


@cache
def _known() -> dict[str, None]:
    """Base domains of the servers in our table; a dict for its order."""
    names = (
        name
        for one in providers.every().values()
        for name in (*(template.host for template in one.templates() if template.fixed), *one.mx_suffixes)
    )
    return dict.fromkeys(base_domain(name) for name in names)


@cache
def _list() -> PublicSuffixList:
    return PublicSuffixList()
