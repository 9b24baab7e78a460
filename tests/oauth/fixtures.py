"""The identity provider in Microsoft's and Google's place, and a Dovecot in that of their mail servers, which takes its tokens."""

from collections.abc import Iterator

import pytest

from teczka.actions.clients import NewClient, save_client
from teczka.core.accounts import Auth, Endpoint, NewAccount
from teczka.store.models import User
from tests.dovecot.server import Dovecot
from tests.internet import Internet, internet
from tests.oauth.provider import CLIENT, IMAP, NAMES, SECRET, TENANT, Provider

__all__ = ["internet", "mail_server", "provider", "token_servers"]

SCOPES = (IMAP, "offline_access", "openid", "profile", "email")
IMAP_HOSTS = {Auth.MICROSOFT: "outlook.office365.com", Auth.GOOGLE: "imap.gmail.com"}
CALLBACK = "/oauth/microsoft/callback"


@pytest.fixture(scope="session")
def token_servers() -> Iterator[tuple[Provider, Dovecot]]:
    """Both for the whole run: starting Dovecot takes a second. The provider is as new for each test (`provider`)."""
    with (
        Provider() as provider,
        Dovecot((*IMAP_HOSTS.values(),), introspection=(provider.introspection_url, IMAP)) as dovecot,
    ):
        yield provider, dovecot


@pytest.fixture
def provider(token_servers: tuple[Provider, Dovecot], internet: Internet) -> Provider:
    """In the place of the real ones, with Dovecot behind it."""
    provider, dovecot = token_servers
    provider.reset()
    provider.redirects |= {f"http://testserver/oauth/{auth}/callback" for auth in IMAP_HOSTS}
    lead(internet, provider, dovecot)
    return provider


@pytest.fixture
def mail_server(token_servers: tuple[Provider, Dovecot]) -> Dovecot:
    return token_servers[1]


def lead(internet: Internet, provider: Provider, dovecot: Dovecot | None = None) -> None:
    """Their names go to these servers, and their certificates are believed."""
    for name in NAMES:
        internet.leads(name, 443, provider.port)
    internet.trust(provider.ca_pem)
    if dovecot:
        internet.trust(dovecot.ca_pem)
        for host in IMAP_HOSTS.values():
            for port, there in ((993, dovecot.tls_port), (995, dovecot.pop3s_port)):
                internet.leads(host, port, there)


def set_up(administrator: User, auth: Auth = Auth.MICROSOFT) -> None:
    """The office's registration at the provider, entered."""
    save_client(administrator, auth, NewClient(CLIENT, SECRET, TENANT if auth is Auth.MICROSOFT else ""))


def new_account(address: str, auth: Auth = Auth.MICROSOFT) -> NewAccount:
    return NewAccount(
        address=address,
        username=address,
        password="",
        incoming=Endpoint(IMAP_HOSTS[auth], 993, "tls"),
        provider_name=f"Poczta {auth}",
        auth=auth,
    )
