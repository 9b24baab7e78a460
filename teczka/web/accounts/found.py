"""What was found out about an address, carried from the first step of the wizard to the second, and said in words."""

from dataclasses import dataclass, replace
from typing import Any

from django.core import signing
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from teczka.core import providers
from teczka.core.accounts import Auth, Endpoint, NewAccount
from teczka.core.comparison import Field, Row, compared
from teczka.core.discovery import Found, Offer, Service, Source, Standing, Trust
from teczka.core.providers import Provider
from teczka.store.models import AccountOffer

GOOGLE = {"gmail", "google-workspace"}  # whose app passwords have a form of their own
SALT = "teczka.web.accounts.found"

WHERE = {
    Source.OFFICE: _("your office's settings"),
    Source.BUILT_IN: _("Teczka's own table of providers"),
    Source.BUILT_IN_MX: _("Teczka's own table, by who receives the domain's mail"),
    Source.PROVIDER: _("the domain's own server, over an encrypted connection"),
    Source.DATABASE: _("Thunderbird's public directory"),
    Source.DNS: _("the domain's name records"),
    Source.GUESSED: _("usual names, each of which answered"),
    Source.BY_HAND: _("usual names, at none of which a server answered"),
}
FIELDS = {
    Field.HOST: _("Server"),
    Field.PORT: _("Port"),
    Field.SECURITY: _("Encryption"),
    Field.USERNAME: _("User name"),
}
TRUST = {
    Trust.SURE: _("It can be relied on."),
    Trust.LIKELY: _("It is most likely right."),
    Trust.UNSURE: _("Compare it with what your provider says."),
}


@dataclass(frozen=True, slots=True)
class Help:
    name: str
    steps: list[str]  # each of which can be ticked off
    lines: list[str]
    links: list[tuple[str, str]]  # address, and as a person reads it


@dataclass(frozen=True, slots=True)
class Compared:
    what: str
    row: Row


def seal(found: Found) -> str:
    """For the form: whoever fills it in cannot claim that a provider published what it did not."""
    return signing.dumps(found.as_json(), salt=SALT, compress=True)


def unseal(sealed: str) -> Found | None:
    try:
        return Found.from_json(signing.loads(sealed, salt=SALT))
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None


def initial(found: Found) -> dict[str, Any]:
    """The form, filled in: the best server of each kind."""
    told: dict[str, Any] = {"address": found.address, "provider_name": found.name, "found": seal(found)}
    for service in Service:
        for offer in found.of(service)[:1]:
            told |= {
                f"{service}_host": offer.server.host,
                f"{service}_port": offer.server.port,
                f"{service}_security": offer.server.security,
            }
    if found.incoming:
        told["protocol"] = found.incoming[0].service.value
        told["username"] = _other_than(found.address, found.incoming[0].username)
        sending = found.outgoing[0].username if found.outgoing else ""
        told["smtp_username"] = _other_than(found.incoming[0].username, sending)
    return told


def provider_of(found: Found) -> Provider | None:
    return providers.by_id(found.provider) if found.provider else None


def password_kind(provider: Provider | None) -> str:
    """As forms.PASSWORDS has them."""
    if provider is None:
        return "account"
    return "google" if provider.id in GOOGLE else provider.password_kind.value


def ways(found: Found) -> tuple[Auth, ...]:
    """Best first. By hand there are passwords."""
    return found.incoming[0].auth if found.incoming else (Auth.PASSWORD,)


def by_password(found: Found) -> Found:
    """The same, where somebody wants to try a password although the provider says that it takes none."""
    incoming = (replace(one, auth=tuple(dict.fromkeys((*one.auth, Auth.PASSWORD)))) for one in found.incoming)
    return replace(found, incoming=tuple(incoming))


def refuses_passwords(found: Found) -> bool:
    """Where Microsoft's own words are that no password is taken."""
    provider = provider_of(found)
    return provider is not None and Auth.PASSWORD not in provider.auth


def help_of(found: Found) -> Help | None:
    provider = provider_of(found)
    if provider is None and found.help_url:
        return Help(found.name, [], [], _links([found.help_url]))
    return help_for(provider, found.help_url)


def help_for(provider: Provider | None, *others: str) -> Help | None:
    """What has to be switched on at the provider, where the server's name is found, and where that is told at length."""
    if provider is None:
        return None
    language = get_language() or "pl"
    enable = provider.enable.get(language, "").splitlines()
    steps = enable if len(enable) > 1 else []
    lines = [line for line in ([] if steps else enable) + [provider.host_hint.get(language, "")] if line]
    return Help(provider.name, steps, lines, _links([provider.help_url, *provider.help_urls, *others]))


def lookalikes(found: Found) -> list[tuple[str, str]]:
    """Servers' domains that could be mistaken for another: (domain, the other)."""
    alike = [offer for offer in found.offers if offer.standing is Standing.LOOKALIKE]
    return sorted({(offer.base_domain, offer.resembles) for offer in alike})


def where(found: Found) -> str:
    return str(WHERE[found.source]) if found.offers else ""


def trust(found: Found) -> str:
    return str(TRUST[found.source.trust])


def _links(urls: list[str]) -> list[tuple[str, str]]:
    return [
        (url, url.removeprefix("https://").rstrip("/")) for url in dict.fromkeys(urls) if url.startswith("https://")
    ]


def _other_than(usual: str, name: str) -> str:
    return "" if name == usual else name


def compare(found: Found, new: NewAccount) -> list[Compared]:
    """What was entered beside what is published; nothing where nobody publishes anything."""
    if found.source is Source.BY_HAND:
        return []
    rows = compared(new, found.offers)
    return [Compared(f"{row.service.upper()}: {FIELDS[row.field]}", row) for row in rows]


def account_with(auth: Auth, address: str, name: str) -> NewAccount:
    """Of somebody who signs in with Microsoft or Google, whatever their domain's records say."""
    provider = _signed_in_with(auth, address)
    domain = address.rpartition("@")[2]
    incoming, outgoing = (Endpoint(one.host, one.port, one.security) for one in (provider.imap[0], provider.smtp[0]))
    return NewAccount(
        address=address,
        username=address,
        password="",
        incoming=incoming,
        outgoing=outgoing,
        provider_name=provider.name if domain in provider.domains else domain,
        sender_name=name,
        provider=provider.id,
        auth=auth,
    )


def of_offer(offer: AccountOffer) -> Found:
    """What an administrator prepared, as if it had been found: in the office's settings."""
    provider = providers.by_id(offer.provider)
    auth = provider.auth if provider else (Auth.PASSWORD,)
    server = Endpoint(offer.host, offer.port, offer.security)
    incoming = Offer(Service(offer.protocol), server, offer.username, auth=auth)
    outgoing: tuple[Offer, ...] = ()
    if offer.smtp_host and offer.smtp_port:
        server = Endpoint(offer.smtp_host, offer.smtp_port, offer.smtp_security)
        outgoing = (Offer(Service.SMTP, server, offer.smtp_username or offer.username, auth=auth),)
    name = offer.provider_name or (provider.name if provider else offer.address.rpartition("@")[2])
    return Found(offer.address, Source.OFFICE, name, offer.provider, (incoming,), outgoing)


def _signed_in_with(auth: Auth, address: str) -> Provider:
    domain = address.rpartition("@")[2]
    known = providers.by_domain(domain)
    if known and auth in known.auth:
        return known
    return providers.every()["microsoft-365" if auth is Auth.MICROSOFT else "google-workspace"]
