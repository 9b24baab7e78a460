"""What was learned, as offers for one address: user names filled in, names of servers judged."""

from collections.abc import Iterable, Sequence

from teczka.core import providers
from teczka.core.accounts import Auth, Endpoint
from teczka.core.discovery import Address, Found, Offer, Service, Source
from teczka.core.providers import Kind, Provider, Template
from teczka.remote.discovery.autoconfig import Config, Setting
from teczka.remote.discovery.domains import judged, meant

GENERIC = "generic-domain"  # the table's rules for servers that nobody lists

Candidate = tuple[Service, Endpoint]


def of_provider(address: Address, provider: Provider, source: Source, mx: str) -> Found:
    """Of one whose servers are the same for everybody."""
    said = candidates(provider, address.domain, mx)
    return of_servers(address, provider, source, said, checked=())


def candidates(provider: Provider, domain: str, mx: str) -> list[Candidate]:
    """The provider's templates, filled in, best first; those that want an MX host left out where there is none."""
    return [
        (service, server)
        for service, templates in _templates(provider)
        for template in templates
        if (server := template.at(domain, mx))
    ]


def of_servers(
    address: Address, provider: Provider | None, source: Source, said: Iterable[Candidate], checked: Sequence[Candidate]
) -> Found:
    offers = [_offer(address, *one, provider, one in checked) for one in said]
    own = provider is None or source is not Source.BUILT_IN
    return _found(address, source, address.domain if own or provider is None else provider.name, offers, provider)


def of_config(address: Address, config: Config, source: Source) -> Found | None:
    """None where nothing in it can be used. A provider that we know is signed in to as our table says: it is the newer word."""
    offers = [offer for setting in config.settings for offer in _of_setting(address, setting)]
    provider = next(filter(None, (providers.by_server(offer.server.host) for offer in offers)), None)
    found = _found(address, source, config.name or address.domain, offers, provider, config.help_url)
    return found if found.incoming else None


def by_hand(address: Address, provider: Provider | None, mx: str = "") -> Found:
    """A proposal to begin with: the first server of each kind that the provider, or custom, would have."""
    rules = provider or providers.every()[GENERIC]
    first: dict[Service, Candidate] = {}
    for one in candidates(rules, address.domain, mx):
        first.setdefault(one[0], one)
    return of_servers(address, provider, Source.BY_HAND, first.values(), checked=())


def _templates(provider: Provider) -> Iterable[tuple[Service, tuple[Template, ...]]]:
    return (Service.IMAP, provider.imap), (Service.POP3, provider.pop3), (Service.SMTP, provider.smtp)


def _offer(address: Address, service: Service, server: Endpoint, provider: Provider | None, checked: bool) -> Offer:
    names = provider or providers.every()[GENERIC]
    form = names.username_smtp if service is Service.SMTP else names.username
    username, retry = form.of(address.text), names.username_retry
    again = retry.of(address.text) if retry else ""
    auth = provider.auth if provider else (Auth.PASSWORD,)
    return judged(
        Offer(service, server, username, again if again != username else "", auth, checked=checked), address.domain
    )


def _of_setting(address: Address, setting: Setting) -> Iterable[Offer]:
    """None or one: tokens are taken from those whom we know alone."""
    provider = providers.by_server(setting.server.host)
    if provider or setting.takes_password:
        auth = provider.auth if provider else (Auth.PASSWORD,)
        yield judged(Offer(setting.service, setting.server, setting.username, auth=auth), address.domain)


def _found(
    address: Address, source: Source, name: str, offers: Sequence[Offer], provider: Provider | None, help_url: str = ""
) -> Found:
    by_service = {service: tuple(offer for offer in offers if offer.service is service) for service in Service}
    known = provider if provider and provider.kind is not Kind.GENERIC else None
    return Found(
        address=address.text,
        source=source,
        name=name,
        provider=known.id if known else "",
        incoming=by_service[Service.IMAP] + by_service[Service.POP3],
        outgoing=by_service[Service.SMTP],
        help_url=help_url,
        suggestion=_suggestion(address),
    )


def _suggestion(address: Address) -> str:
    domain = meant(address.domain)
    return f"{address.local}@{domain}" if domain else ""
