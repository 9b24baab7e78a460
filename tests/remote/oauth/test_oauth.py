"""The client's half of OAuth against a strict provider over HTTPS, and what it believes of the answers."""

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from teczka.core import providers
from teczka.core.errors import Problem, Trouble
from teczka.core.oauth import GOOGLE, MICROSOFT, PROVIDERS, Client, Grant, is_tenant, mailbox_of
from teczka.remote import egress, tls
from teczka.remote.egress import Gate
from teczka.remote.oauth import Authorization, at_authorization, authorize, exchange, refresh
from teczka.remote.oauth.identity import identity
from tests.internet import Internet
from tests.oauth.fixtures import SCOPES, lead
from tests.oauth.provider import CLIENT, IMAP, SECRET, TENANT, Answer, Person, Provider

GATE = Gate.parse("127.0.0.1")
REDIRECT = "https://teczka.kancelaria.example/oauth/microsoft/callback"
ANNA = "anna@kancelaria.example"


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with Provider() as made:
        yield made


@pytest.fixture
def provider(running: Provider, internet: Internet) -> Provider:
    running.reset()
    running.redirects.add(REDIRECT)
    running.add_person(ANNA)
    lead(internet, running)
    return running


@pytest.fixture
def client(provider: Provider) -> Client:
    return Client(MICROSOFT, CLIENT, SECRET, TENANT)


def code_for(url: str, provider: Provider, address: str = ANNA) -> str:
    return parse_qs(urlsplit(provider.decide(url, address)).query)["code"][0]


def signed_in(client: Client, provider: Provider) -> Grant:
    url, made = authorize(client, REDIRECT, SCOPES, ANNA)
    return exchange(client, made, code_for(url, provider), REDIRECT, [IMAP], GATE)


def trouble(client: Client, token: str = "t") -> Problem:
    with pytest.raises(Problem) as caught:
        refresh(client, token, SCOPES, GATE)
    return caught.value


def test_the_browser_is_sent_with_all_that_ties_the_answer_to_us(client: Client, provider: Provider) -> None:
    url, made = authorize(client, REDIRECT, SCOPES, ANNA)
    split = urlsplit(url)
    asked = {name: values[0] for name, values in parse_qs(split.query).items()}
    assert (
        f"{split.scheme}://{split.netloc}{split.path}"
        == f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/authorize"
    )
    assert asked["state"] == made.state
    assert asked["nonce"] == made.nonce
    assert len({made.state, made.nonce, made.verifier}) == 3
    assert made.verifier not in url
    assert (asked["code_challenge_method"], len(asked["code_challenge"])) == ("S256", 43)
    assert (asked["login_hint"], asked["prompt"], asked["redirect_uri"]) == (ANNA, "select_account", REDIRECT)
    assert "offline_access" in asked["scope"].split()
    assert made.verifier not in repr(made)


def test_a_second_sign_in_at_google_brings_a_refresh_token_too() -> None:
    url, _ = authorize(Client(GOOGLE, "x", "y"), REDIRECT, ("https://mail.google.com/",), "")
    asked = parse_qs(urlsplit(url).query)
    assert (asked["access_type"], asked["prompt"]) == (["offline"], ["consent"])
    assert "login_hint" not in asked


def test_a_code_becomes_tokens_and_a_person(client: Client, provider: Provider) -> None:
    grant = signed_in(client, provider)
    assert grant.identity is not None
    assert grant.identity.owns("Anna@Kancelaria.Example")
    assert grant.access in provider.access
    assert grant.refresh in provider.refresh
    assert not {grant.access, grant.refresh} & set(repr(grant).split("'"))


def test_a_code_without_its_verifier_is_worth_nothing(client: Client, provider: Provider) -> None:
    url, made = authorize(client, REDIRECT, SCOPES, ANNA)
    stolen = Authorization(made.state, made.nonce, "x" * 43)
    with pytest.raises(Problem) as caught:
        exchange(client, stolen, code_for(url, provider), REDIRECT, [IMAP], GATE)
    assert caught.value.trouble is Trouble.OAUTH_ENDED


def test_an_id_token_for_another_journey_is_not_believed(client: Client, provider: Provider) -> None:
    url, made = authorize(client, REDIRECT, SCOPES, ANNA)
    other = Authorization(made.state, "another", made.verifier)
    with pytest.raises(Problem) as caught:
        exchange(client, other, code_for(url, provider), REDIRECT, [IMAP], GATE)
    assert caught.value.trouble is Trouble.OAUTH_STATE


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("nonce", "other"),
        ("nonce", None),
        ("aud", "another client"),
        ("aud", [CLIENT, "another"]),
        ("iss", "https://login.evil.example/x/v2.0"),
        ("iss", ["x"]),
        ("tid", "00000000-0000-0000-0000-000000000000"),
        ("exp", 1),
        ("exp", "soon"),
        ("exp", None),
    ],
)
def test_a_claim_that_is_not_ours_makes_the_token_nobody_s(
    client: Client, provider: Provider, claim: str, value: object
) -> None:
    head, claims, _ = provider.id_token(Person(ANNA), "n").split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "==")) | {claim: value}
    changed = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    assert identity(client, f"{head}.{claims}.x", "n").name == ANNA
    with pytest.raises(Problem) as caught:
        identity(client, f"{head}.{changed}.x", "n")
    assert caught.value.trouble is Trouble.OAUTH_STATE


@pytest.mark.parametrize("token", [None, "", "a.b", "a.!!.c", "a.bnVsbA.c", "a.W10.c", "a." + "W" * 9999 + ".c", 7])
def test_what_is_no_id_token_is_a_problem_and_no_crash(client: Client, provider: Provider, token: object) -> None:
    with pytest.raises(Problem) as caught:
        identity(client, token, "n")
    assert caught.value.trouble is Trouble.OAUTH_STATE


def test_any_directory_may_come_where_the_registration_is_for_all(client: Client, provider: Provider) -> None:
    stranger = Person(ANNA, tenant="00000000-0000-0000-0000-000000000000")
    token = provider.id_token(stranger, "n")
    assert identity(replace(client, tenant="common"), token, "n").name == ANNA
    with pytest.raises(Problem):
        identity(client, token, "n")


def answered(status: int, error: str, description: str = "") -> Answer:
    return status, {"error": error, "error_description": description}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (answered(400, "invalid_grant", "AADSTS70008: expired"), Trouble.OAUTH_ENDED),
        (answered(400, "invalid_grant"), Trouble.OAUTH_ENDED),
        (answered(400, "invalid_grant", "AADSTS65001: no consent"), Trouble.OAUTH_CONSENT),
        (answered(400, "invalid_grant", "AADSTS50076: MFA"), Trouble.OAUTH_AGAIN),
        (answered(400, "invalid_grant", "AADSTS50079: MFA"), Trouble.OAUTH_AGAIN),
        (answered(400, "interaction_required"), Trouble.OAUTH_AGAIN),
        (answered(400, "unauthorized_client", "AADSTS90094: admin"), Trouble.OAUTH_CONSENT),
        (answered(401, "invalid_client", "AADSTS7000215: Invalid client secret"), Trouble.OAUTH_SECRET),
        (answered(401, "invalid_client", "AADSTS7000222: expired"), Trouble.OAUTH_SECRET_ENDED),
        (answered(400, "unauthorized_client", "AADSTS700016: not found"), Trouble.OAUTH_CLIENT),
        (answered(400, "invalid_request", "AADSTS50011: redirect"), Trouble.OAUTH_REDIRECT),
        (answered(400, "invalid_grant", "AADSTS50020: not in tenant"), Trouble.OAUTH_TENANT),
        (answered(401, "invalid_client", "The OAuth client was not found."), Trouble.OAUTH_SECRET),
        (answered(400, "invalid_scope"), Trouble.OAUTH_CONFIGURATION),
        (answered(400, "what_is_this", "AADSTS" + "9" * 99), Trouble.OAUTH_CONFIGURATION),
        (answered(503, "invalid_grant"), Trouble.OAUTH_UNAVAILABLE),
        (answered(429, "invalid_grant"), Trouble.OAUTH_UNAVAILABLE),
        (answered(400, "temporarily_unavailable"), Trouble.OAUTH_UNAVAILABLE),
        ((400, {}), Trouble.OAUTH_UNAVAILABLE),
        ((200, {}), Trouble.OAUTH_UNAVAILABLE),
        ((200, {"access_token": "a\r\nb"}), Trouble.OAUTH_UNAVAILABLE),
        ((200, {"access_token": "a\x01b"}), Trouble.OAUTH_UNAVAILABLE),
        ((200, {"access_token": "x" * 99_999}), Trouble.OAUTH_UNAVAILABLE),
        ((200, {"access_token": "x", "refresh_token": ["y"]}), Trouble.OAUTH_UNAVAILABLE),
        ((302, {"access_token": "x"}), Trouble.OAUTH_UNAVAILABLE),
    ],
)
def test_each_refusal_says_who_can_mend_it(
    client: Client, provider: Provider, answer: Answer, expected: Trouble
) -> None:
    provider.broken.append(lambda: answer)
    assert trouble(client).trouble is expected


def test_a_provider_that_is_not_there_is_an_outage(
    client: Client, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(egress, "PATIENCE", 0.2)
    internet.ports.clear()
    problem = trouble(client)
    assert (problem.trouble, problem.params) == (Trouble.OAUTH_UNAVAILABLE, {"provider": "Microsoft"})


def test_a_name_of_the_provider_s_that_leads_into_the_network_is_not_followed(
    client: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(egress, "PATIENCE", 0.2)
    with pytest.raises(Problem) as caught:
        refresh(client, "t", SCOPES, Gate())
    assert caught.value.trouble is Trouble.OAUTH_UNAVAILABLE
    assert not provider.asked


def test_a_secret_is_sent_under_a_verified_name_alone(client: Client, internet: Internet, running: Provider) -> None:
    running.reset()
    internet.ca_file.write_bytes(internet.ca.cert_pem.bytes())
    tls._context.cache_clear()
    assert trouble(client).trouble is Trouble.OAUTH_UNAVAILABLE
    assert not running.asked


def test_what_is_quoted_of_an_answer_is_its_first_line_without_the_request_s_ids(
    client: Client, provider: Provider
) -> None:
    said = "AADSTS70008: It\x1bexpired. Trace ID: abc Correlation ID: def\r\nTimestamp: 2026"
    provider.broken.append(lambda: answered(400, "invalid_grant", said))
    assert trouble(client).detail == "AADSTS70008: It expired."


def test_words_that_came_through_the_browser_are_read_and_not_quoted() -> None:
    problem = at_authorization(GOOGLE, "access_denied", "AADSTS65004: <script>")
    assert (problem.trouble, problem.detail) == (Trouble.OAUTH_DENIED, "")
    assert at_authorization(GOOGLE, "", "").trouble is Trouble.OAUTH_CONFIGURATION


@pytest.mark.parametrize(("told", "seconds"), [(3600, 3600), ("900", 900), (-5, 60), (10**30, 86400), ("x", 60)])
def test_an_access_token_s_life_is_believed_within_reason(
    client: Client, provider: Provider, told: object, seconds: int
) -> None:
    provider.broken.append(lambda: (200, {"access_token": "x", "expires_in": told}))
    assert refresh(client, "t", SCOPES, GATE).expires_at.timestamp() == pytest.approx(time.time() + seconds, abs=5)


@pytest.mark.parametrize("text", ["common", TENANT, "kancelaria.onmicrosoft.com", "a"])
def test_a_tenant_may_be(text: str) -> None:
    assert is_tenant(text)


@pytest.mark.parametrize("text", ["", ".", "a/b", "../x", "a..b", "a b", "x?y", "x#y", "x%2f", "-a", "a" * 254])
def test_a_tenant_cannot_change_the_address_that_it_stands_in(text: str) -> None:
    assert not is_tenant(text)


def test_two_spellings_of_one_mailbox_are_one() -> None:
    assert mailbox_of("Jan.Kowal@GoogleMail.com") == mailbox_of("jankowal@gmail.com")
    assert mailbox_of("Jan.Kowal@kancelaria.pl") != mailbox_of("jankowal@kancelaria.pl")
    assert mailbox_of("a@gmail.com") != mailbox_of("a@gmail.com.evil.example")


def test_every_server_that_the_own_table_has_for_the_providers_may_see_their_tokens() -> None:
    checked = 0
    for listed in providers.every().values():
        for auth, identity_provider in PROVIDERS.items():
            if auth in listed.auth:
                for offer in (*listed.imap, *listed.pop3, *listed.smtp):
                    assert identity_provider.trusts(offer.host), offer
                    checked += 1
    assert checked > 5


def test_tokens_are_shown_to_the_provider_s_servers_alone() -> None:
    for host in ("outlook.office365.com", "SMTP.office365.com.", "imap-mail.outlook.com"):
        assert MICROSOFT.trusts(host)
    for host in ("imap.gmail.com", "evil-outlook.office365.com", "outlook.office365.com.evil.example", "office365.com"):
        assert not MICROSOFT.trusts(host)
    assert not GOOGLE.trusts("imap.gmail.com.evil.example")
