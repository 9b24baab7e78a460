"""An office that may sign in with Microsoft: the identity provider in Microsoft's place, a Dovecot that takes its tokens, both trusted."""

import dataclasses
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from teczka.actions import clients
from teczka.actions.clients import NewClient, save_client
from teczka.core.accounts import Auth, Endpoint, NewAccount, Tokens
from teczka.core.settings import settings
from teczka.remote import tls
from teczka.store.models import User
from tests.dovecot.server import Dovecot
from tests.oauth.provider import CLIENT, MAIL, SECRET, TENANT, Provider

IMAP = f"{MAIL}/IMAP.AccessAsUser.All"
SCOPES = (IMAP, f"{MAIL}/SMTP.Send", "offline_access", "openid", "profile", "email")
CALLBACK = "/oauth/microsoft/callback"


@contextmanager
def trusted(folder: Path, *pems: str) -> Iterator[Path]:
    """As authorities of the machine's own, in this process and in those that it starts: a file of them."""
    bundle = folder / "authorities.pem"
    bundle.write_text("".join(pems))
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = str(bundle)
    tls._context.cache_clear()
    try:
        yield bundle
    finally:
        os.environ.pop("SSL_CERT_FILE")
        if before is not None:
            os.environ["SSL_CERT_FILE"] = before
        tls._context.cache_clear()


def in_environment(provider: Provider) -> dict[str, str]:
    """The settings that put it in Microsoft's place, for processes of their own."""
    return {"TECZKA_MICROSOFT_LOGIN": provider.url, "TECZKA_MICROSOFT_MAIL": MAIL}


@pytest.fixture(scope="session")
def token_dovecot() -> Iterator[tuple[Dovecot, Provider]]:
    """Both for the whole run: starting Dovecot takes a second. The provider is as new for each test (`provider`)."""
    with (
        Provider() as provider,
        Dovecot(introspection=(provider.introspection_url, IMAP)) as dovecot,
    ):
        yield dovecot, provider


@pytest.fixture
def provider(
    token_dovecot: tuple[Dovecot, Provider], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Provider]:
    dovecot, provider = token_dovecot
    provider.reset()
    provider.redirects.add(f"http://testserver{CALLBACK}")
    ours = dataclasses.replace(settings(), microsoft_login=provider.url, microsoft_mail=MAIL)
    monkeypatch.setattr(clients, "settings", lambda: ours)
    with trusted(tmp_path, provider.ca_pem, dovecot.ca_pem):
        yield provider


@pytest.fixture
def mail_server(token_dovecot: tuple[Dovecot, Provider]) -> Dovecot:
    return token_dovecot[0]


def set_up(administrator: User) -> None:
    """The office's registration at the provider, entered."""
    save_client(administrator, Auth.MICROSOFT, NewClient(CLIENT, SECRET, TENANT))


def new_account(dovecot: Dovecot, address: str, tokens: Tokens | None = None) -> NewAccount:
    return NewAccount(
        address=address,
        username=address,
        password="",
        incoming=Endpoint(dovecot.host, dovecot.tls_port, "tls"),
        provider_name="Poczta Microsoft",
        auth=Auth.MICROSOFT,
        tokens=tokens,
    )
