"""Tokens at a real Dovecot, which asks the identity provider about each: IMAP and POP3, by both mechanisms, good ones and bad."""

from collections.abc import Callable

import pytest

from teczka.core.errors import Problem, Trouble
from teczka.remote.egress import Gate
from teczka.remote.imap import ImapMailbox
from teczka.remote.imap import signin as imap_signin
from teczka.remote.pop3 import Pop3Drop
from teczka.remote.pop3 import signin as pop3_signin
from teczka.remote.sasl import oauthbearer, xoauth2
from teczka.remote.types import Credential, Security, Server
from tests.dovecot.server import Dovecot
from tests.oauth.fixtures import IMAP, SCOPES
from tests.oauth.provider import Provider
from tests.remote.imap.spools import Spools

pytestmark = pytest.mark.dovecot

ANNA = "anna@kancelaria.example"
HOST = "outlook.office365.com"
GATE = Gate.parse("127.0.0.1")
Connect = Callable[[Credential], None]


@pytest.fixture(params=["imap", "pop3"])
def connect(request: pytest.FixtureRequest, mail_server: Dovecot, provider: Provider) -> Connect:
    mail_server.add_user(ANNA)
    provider.add_person(ANNA)

    def imap(credential: Credential) -> None:
        ImapMailbox.connect(Server(HOST, 993, Security.TLS), credential, GATE).close()

    def pop3(credential: Credential) -> None:
        Pop3Drop.connect(Server(HOST, 995, Security.TLS), credential, GATE, spool=Spools()).close()

    return pop3 if request.param == "pop3" else imap


@pytest.fixture(params=["XOAUTH2", "OAUTHBEARER"], autouse=True)
def mechanism(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dovecot takes both; left to itself the client uses the first."""

    def chosen(credential: Credential, offered: set[str], host: str, port: int) -> object:
        assert request.param in offered
        return xoauth2(credential) if request.param == "XOAUTH2" else oauthbearer(credential, host, port)

    for module in (imap_signin, pop3_signin):
        monkeypatch.setattr(module, "bearer", chosen)


def token(provider: Provider, *scopes: str, lifetime: float = 3600) -> Credential:
    access, _refresh = provider.give(provider.people[ANNA], *(scopes or SCOPES), lifetime=lifetime)
    return Credential(ANNA, access, bearer=True)


def refused(connect: Connect, credential: Credential) -> Problem:
    with pytest.raises(Problem) as caught:
        connect(credential)
    return caught.value


def test_a_good_token_opens_the_mailbox(connect: Connect, provider: Provider) -> None:
    connect(token(provider))


def test_a_token_that_ended_is_refused(connect: Connect, provider: Provider) -> None:
    assert refused(connect, token(provider, lifetime=-1)).trouble is Trouble.SIGNIN_TOKEN


def test_a_revoked_token_is_refused(connect: Connect, provider: Provider) -> None:
    credential = token(provider)
    provider.revoke(provider.people[ANNA])
    assert refused(connect, credential).trouble is Trouble.SIGNIN_TOKEN


def test_a_token_for_other_things_is_refused(connect: Connect, provider: Provider) -> None:
    credential = token(provider, *(scope for scope in SCOPES if scope != IMAP))
    assert refused(connect, credential).trouble is Trouble.SIGNIN_TOKEN


def test_another_s_token_is_refused(connect: Connect, provider: Provider) -> None:
    stranger, _ = provider.give(provider.add_person("edward@obca.example"), *SCOPES)
    assert refused(connect, Credential(ANNA, stranger, bearer=True)).trouble is Trouble.SIGNIN_TOKEN


def test_a_provider_that_cannot_be_asked_says_nothing_of_the_token(connect: Connect, provider: Provider) -> None:
    credential = token(provider)

    def fail(_token: str) -> None:
        raise RuntimeError("no answer")

    provider.shown = fail
    assert refused(connect, credential).trouble is Trouble.SIGNIN_UNAVAILABLE
