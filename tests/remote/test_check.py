"""The ladder: each of its steps broken once, and the sentence that a person then reads in both languages."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtensionOID, NameOID
from django.utils import translation

from teczka.core import providers
from teczka.core.discovery import Service
from teczka.core.errors import Problem, Trouble
from teczka.core.ladder import Outcome, Rung, Step, failure, steps
from teczka.core.providers import Provider
from teczka.remote import check, egress
from teczka.remote.check import Climb, Side
from teczka.remote.egress import Gate
from teczka.remote.types import Credential, Security, Server
from teczka.web.problems import tell
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.remote.imap.hostile import HOST, Client, Hostile, Script
from tests.submission import SIZE, Submission

GATE = Gate.parse(f"{HOST},::1")
ANNA = Credential("anna@kancelaria.example", "sekret-do-poczty")

Broken = Callable[[Service], AbstractContextManager[Server]]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egress, "PATIENCE", 0.2)
    monkeypatch.setattr(check, "SECONDS", 1.0)


def climbed(*sides: Side, provider: Provider | None = None) -> list[Rung]:
    return list(Climb(sides, GATE, provider))


def side(service: Service, server: Server, credential: Credential | Problem = ANNA, retry: str = "") -> Side:
    return Side(service, server, credential, retry)


# --- servers that let us come just so far -----------------------------------------------------------------------------------------

GREETING = {
    Service.IMAP: b"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n",
    Service.POP3: b"+OK ready\r\n",
    Service.SMTP: b"220 smtp.example ESMTP\r\n",
}
FOREIGN = {Service.IMAP: b"220 smtp.example\r\n", Service.POP3: b"* OK ready\r\n", Service.SMTP: b"+OK ready\r\n"}
REFUSED = {
    Service.IMAP: b"%s NO [AUTHENTICATIONFAILED] no\r\n",
    Service.POP3: b"-ERR [AUTH] no\r\n",
    Service.SMTP: b"535 5.7.8 no\r\n",
}
OFFERED = {
    Service.POP3: {b"CAPA": b"+OK\r\nUSER\r\n.\r\n", b"USER": b"+OK\r\n"},
    Service.SMTP: {b"EHLO": b"250-smtp.example\r\n250-SIZE 9\r\n250 AUTH PLAIN\r\n"},
}


def until_signin(service: Service, answer: bytes) -> Script:
    """A server that answers the sign-in with this, and says nothing after it."""

    def script(client: Client) -> None:
        client.send(GREETING[service])
        known = OFFERED.get(service, {})
        while said := known.get(client.command().upper() if service is Service.IMAP else client.line().upper()[:4]):
            client.send(said)
        client.send(answer % client.tag if b"%s" in answer else answer)
        client.wait_for_goodbye()

    return script


@contextmanager
def hostile(script: Script, *, name: str = HOST, tls: bool = True, trusted: bool = True) -> Iterator[Server]:
    with Hostile(script, tls=tls, name=name) as made:
        yield made.server(Security.TLS, trusted=trusted)


@contextmanager
def no_name(_service: Service) -> Iterator[Server]:
    yield Server("poczta.nowhere.invalid", 993, Security.TLS)


@contextmanager
def nobody_listens(_service: Service) -> Iterator[Server]:
    with socket.create_server((HOST, 0)) as free:
        port = int(free.getsockname()[1])
    yield Server(HOST, port, Security.TLS)


@contextmanager
def forbidden(_service: Service) -> Iterator[Server]:
    yield Server("169.254.169.254", 993, Security.TLS)


@contextmanager
def another_name(service: Service) -> Iterator[Server]:
    with hostile(until_signin(service, b""), name="inna.example") as server:
        yield server


@contextmanager
def expired(service: Service) -> Iterator[Server]:
    ca, now = trustme.CA(), datetime.now(UTC)
    with Hostile(until_signin(service, b""), tls=True, ca=ca) as made:
        made.use(ca.issue_cert(HOST, not_before=now - timedelta(days=9), not_after=now - timedelta(days=1)))
        yield made.server(Security.TLS)


@contextmanager
def untrusted(service: Service) -> Iterator[Server]:
    with hostile(until_signin(service, b""), trusted=False) as server:
        yield server


@contextmanager
def plaintext(service: Service) -> Iterator[Server]:
    with hostile(lambda client: client.send(GREETING[service]), tls=False) as server:
        yield server


@contextmanager
def silence(_service: Service) -> Iterator[Server]:
    with hostile(Client.wait_for_goodbye) as server:
        yield server


@contextmanager
def something_else(service: Service) -> Iterator[Server]:
    with hostile(lambda client: client.send(FOREIGN[service])) as server:
        yield server


@contextmanager
def wrong_password(service: Service) -> Iterator[Server]:
    with hostile(until_signin(service, REFUSED[service])) as server:
        yield server


BROKEN = [
    (no_name, Step.DNS, Trouble.ADDRESS_UNKNOWN, "There is no server named", "Nie ma serwera o nazwie"),
    (nobody_listens, Step.TCP, Trouble.CONNECT_FAILED, "cannot be reached on port", "Nie można połączyć się"),
    (forbidden, Step.TCP, Trouble.CONNECT_FAILED, "cannot be reached on port", "Nie można połączyć się"),
    (another_name, Step.TLS, Trouble.TLS_NAME, "is made out to another name", "wystawiono na inną nazwę"),
    (expired, Step.TLS, Trouble.TLS_EXPIRED, "has expired", "wygasł"),
    (untrusted, Step.TLS, Trouble.TLS_UNTRUSTED, "nobody that this machine trusts", "komu ten komputer nie ufa"),
    (plaintext, Step.TLS, Trouble.TLS_FAILED, "No encrypted connection", "szyfrowanego połączenia"),
    (silence, Step.GREETING, Trouble.GREETING_SILENT, "then said nothing", "i zamilkł"),
    (something_else, Step.GREETING, Trouble.GREETING_FOREIGN, "something else than the mail server", "coś innego"),
    (wrong_password, Step.SIGNIN, Trouble.SIGNIN_REFUSED, "refused the user name", "odrzucił nazwę użytkownika"),
]


@pytest.mark.parametrize("service", Service)
@pytest.mark.parametrize(("broken", "step", "trouble", "english", "polish"), BROKEN)
def test_each_step_broken_is_named_and_said_in_both_languages(
    service: Service, broken: Broken, step: Step, trouble: Trouble, english: str, polish: str
) -> None:
    with broken(service) as server:
        rungs = climbed(side(service, server))
    planned = steps(service, server.security)
    at = planned.index(step)
    assert [rung.step for rung in rungs] == [*planned]
    assert [rung.outcome for rung in rungs] == [
        *[Outcome.OK] * at,
        Outcome.FAILED,
        *[Outcome.SKIPPED] * (len(planned) - at - 1),
    ]
    problem = rungs[at].problem
    assert problem is not None
    assert problem.trouble is trouble
    for language, words in (("en", english), ("pl", polish)):
        with translation.override(language):
            told = tell(problem.trouble, problem.params)
        assert words in told.what
        assert told.advice
        assert "?" not in told.what + told.advice


def test_a_list_of_folders_that_is_refused_is_the_last_step_that_fails() -> None:
    def script(client: Client) -> None:
        client.signed_in()
        client.command()
        client.ok(text=b"NO not today")
        client.wait_for_goodbye()

    with hostile(script) as server:
        rungs = climbed(side(Service.IMAP, server))
    assert [rung.outcome for rung in rungs][-2:] == [Outcome.OK, Outcome.FAILED]
    assert rungs[-1].step is Step.FOLDERS
    assert rungs[-1].problem
    assert rungs[-1].problem.trouble is Trouble.SERVER_GARBAGE


def test_a_mailbox_that_cannot_be_counted_is_the_last_step_that_fails() -> None:
    def script(client: Client) -> None:
        client.send(b"+OK ready\r\n")
        for answer in (b"+OK\r\nUSER\r\n.\r\n", b"+OK\r\n", b"+OK in\r\n", b"-ERR [SYS/PERM] no mailbox\r\n"):
            client.line()
            client.send(answer)
        client.wait_for_goodbye()

    with hostile(script) as server:
        rungs = climbed(side(Service.POP3, server))
    assert rungs[-1].step is Step.DROP
    assert rungs[-1].outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("answer", "facts"),
    [(b"+OK 3 1234\r\n", {"messages": 3, "bytes": 1234}), (b"+OK 3\r\n", {"messages": 3})],
)
def test_of_a_mailbox_its_messages_and_bytes_are_told(answer: bytes, facts: dict[str, int]) -> None:
    def script(client: Client) -> None:
        client.send(b"+OK ready\r\n")
        for said in (b"+OK\r\nUSER\r\n.\r\n", b"+OK\r\n", b"+OK in\r\n", answer):
            client.line()
            client.send(said)
        client.wait_for_goodbye()

    with hostile(script) as server:
        assert climbed(side(Service.POP3, server))[-1].facts == facts


@pytest.mark.dovecot
@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_ladder_climbed_to_its_end_tells_what_it_met(
    dovecot: Dovecot, mailbox: Mailbox, security: Security, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "SECONDS", 15.0)
    mailbox.deliver(b"Subject: one\r\n\r\n")
    port = dovecot.tls_port if security is Security.TLS else dovecot.plain_port
    there = Server("localhost", port, security, dovecot.ca_pem)
    credential = Credential(mailbox.username, mailbox.password)
    with Submission(security) as submission:
        submission.passwords[mailbox.username] = mailbox.password
        sides = [side(Service.IMAP, there, credential), side(Service.SMTP, submission.server(), credential)]
        climb = Climb(sides, GATE)
        rungs = list(climb)
    assert not failure(rungs)
    assert [rung.step for rung in rungs if rung.server is Service.SMTP] == [*steps(Service.SMTP, security)]
    facts = {(rung.server, rung.step): rung.facts for rung in rungs}
    assert facts[Service.IMAP, Step.TCP]["address"] in {"127.0.0.1", "::1"}
    for service in (Service.IMAP, Service.SMTP):
        told = facts[service, Step.TLS]
        assert str(told["version"]).startswith("TLSv1.")
        assert datetime.fromisoformat(str(told["expires"])) > datetime.now(UTC)
        names = told["names"]
        assert isinstance(names, list)
        assert "localhost" in names
        assert told["issuer"]
    assert facts[Service.SMTP, Step.SIGNIN] == {"username": mailbox.username, "size": SIZE}
    assert facts[Service.IMAP, Step.FOLDERS]["messages"] == 1
    assert len(climb.folders) == facts[Service.IMAP, Step.FOLDERS]["folders"]
    assert [Rung.from_json(rung.as_json()).as_json() for rung in rungs] == [rung.as_json() for rung in rungs]


def test_a_refused_certificate_is_shown_with_its_names_and_its_end() -> None:
    with another_name(Service.IMAP) as server:
        (failed,) = (rung for rung in climbed(side(Service.IMAP, server)) if rung.problem)
    assert failed.facts["names"] == ["inna.example"]
    with expired(Service.IMAP) as server:
        (failed,) = (rung for rung in climbed(side(Service.IMAP, server)) if rung.problem)
    assert datetime.fromisoformat(str(failed.facts["expires"])) < datetime.now(UTC)


# SubjectAltName with "a NUL b", and with an EDI party's name, which nobody can read.
@pytest.mark.parametrize(
    ("names", "told"),
    [(b"0\x05\x82\x03a\0b", ["a b"]), (b"0\x07\xa5\x05\xa1\x03\x0c\x01x", None)],
    ids=["control", "unreadable"],
)
def test_a_certificate_that_was_made_to_hurt_is_shown_in_print_or_not_at_all(
    names: bytes, told: list[str] | None
) -> None:
    with Hostile(lambda client: client.wait_for_goodbye(), tls=True) as made:
        made.use(odd_certificate("<b>Urz\0ąd\x1b[31m", names))
        rungs = climbed(side(Service.IMAP, made.server(Security.TLS)))
    (failed,) = (rung for rung in rungs if rung.problem)
    assert failed.problem
    assert failed.problem.trouble is Trouble.TLS_UNTRUSTED
    assert failed.facts.get("names") == told
    assert failed.facts.get("issuer") == (told and "<b>Urz ąd [31m")


def odd_certificate(issuer: str, names: bytes) -> trustme.LeafCert:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, issuer)])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
    odd = x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, names)
    pem = made.add_extension(odd, critical=False).sign(key, SHA256()).public_bytes(Encoding.PEM)
    return trustme.LeafCert(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), pem, [])


def test_nothing_is_said_over_the_connection_that_looks_at_a_refused_certificate() -> None:
    with Hostile(lambda client: client.wait_for_goodbye(), tls=True, name="inna.example") as made:
        climbed(side(Service.SMTP, made.server(Security.TLS)))
        assert len(made.clients) == 2
        assert not any(client.lines for client in made.clients)


def test_both_servers_are_climbed_and_both_outcomes_kept() -> None:
    with nobody_listens(Service.IMAP) as server, Submission() as submission:
        submission.passwords[ANNA.username] = ANNA.secret
        rungs = climbed(side(Service.IMAP, server), side(Service.SMTP, submission.server()))
    assert failure(rungs, Service.IMAP)
    assert not failure(rungs, Service.SMTP)


@pytest.mark.parametrize("known", ["anna", "nobody"])
def test_a_refused_user_name_is_followed_by_the_other_form_once_and_no_more(known: str) -> None:
    with Submission() as submission:
        submission.passwords[known] = ANNA.secret
        climb = Climb([side(Service.SMTP, submission.server(), retry="anna")], GATE)
        rungs = list(climb)
        assert submission.attempts == [("PLAIN", ANNA.username), ("PLAIN", "anna")]
    if known == "anna":
        assert not failure(rungs)
        assert rungs[-1].facts["username"] == "anna"
        assert climb.usernames == {Service.SMTP: "anna"}
    else:
        problem = failure(rungs)
        assert problem
        assert problem.params["username"] == ANNA.username


def test_what_was_recognised_is_not_tried_under_another_name() -> None:
    with Submission() as submission:
        submission.refusal = "534 5.7.9 Application-specific password required."
        problem = failure(climbed(side(Service.SMTP, submission.server(), retry="anna")))
        assert problem
        assert problem.trouble is Trouble.SIGNIN_APP_PASSWORD
        assert len(submission.attempts) == 1


def test_a_password_refused_under_both_names_is_tried_once_at_the_other_server() -> None:
    with Submission() as incoming, Submission() as outgoing:
        sides = [side(Service.SMTP, made.server(), retry="anna") for made in (incoming, outgoing)]
        climbed(*sides)
        assert (len(incoming.attempts), len(outgoing.attempts)) == (2, 1)


def test_the_name_that_one_server_took_is_the_first_at_the_other() -> None:
    with Submission() as incoming, Submission() as outgoing:
        for made in (incoming, outgoing):
            made.passwords["anna"] = ANNA.secret
        sides = [side(Service.SMTP, made.server(), retry="anna") for made in (incoming, outgoing)]
        assert not failure(climbed(*sides))
        assert outgoing.attempts == [("PLAIN", "anna")]


def test_without_a_secret_the_way_up_to_the_sign_in_is_still_told() -> None:
    with Submission() as submission:
        rungs = climbed(side(Service.SMTP, submission.server(), Problem(Trouble.SECRET_BROKEN)))
        assert not submission.attempts
    assert [rung.outcome for rung in rungs] == [*[Outcome.OK] * 4, Outcome.FAILED]
    problem = failure(rungs)
    assert problem
    assert problem.trouble is Trouble.SECRET_BROKEN


@pytest.mark.parametrize(
    ("provider", "meant"),
    [
        ("gmail", Trouble.SIGNIN_APP_PASSWORD),
        ("outlook-com", Trouble.SIGNIN_MODERN_ONLY),
        ("wp", Trouble.SIGNIN_PERHAPS_OFF),
        ("o2", Trouble.SIGNIN_PERHAPS_OFF),
        ("interia", Trouble.SIGNIN_PERHAPS_OFF),
        ("onet", Trouble.SIGNIN_PERHAPS_OFF),
        ("home-pl", Trouble.SIGNIN_REFUSED),
    ],
)
def test_a_refusal_without_a_reason_means_what_the_provider_is_known_to_mean(provider: str, meant: Trouble) -> None:
    with wrong_password(Service.IMAP) as server:
        problem = failure(climbed(side(Service.IMAP, server), provider=providers.by_id(provider)))
    assert problem
    assert problem.trouble is meant


def test_a_server_that_trickles_is_left_when_its_time_is_over() -> None:
    def script(client: Client) -> None:
        client.greet()
        client.sock.settimeout(0.02)
        while True:
            client.send(b"* OK in a moment\r\n")
            try:
                if not client.sock.recv(1000):
                    return
            except TimeoutError:
                continue

    began = time.monotonic()
    with hostile(script) as server:
        problem = failure(climbed(side(Service.IMAP, server)))
    assert problem
    assert problem.trouble is Trouble.SERVER_SILENT
    assert time.monotonic() - began < 2.5
