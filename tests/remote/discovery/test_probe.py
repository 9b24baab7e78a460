"""A server counts only when it answers in its protocol, encrypted, with a certificate for its name; and it is never told a password."""

import time
from collections.abc import Callable

import pytest

from teczka.core.discovery import Service
from teczka.core.errors import Problem, Trouble
from teczka.remote.discovery.probe import probe
from teczka.remote.egress import Gate
from teczka.remote.types import Security, Server
from tests.dovecot.server import Dovecot
from tests.internet import Internet
from tests.remote.discovery.servers import smtp, smtp_starttls
from tests.remote.imap.hostile import Client, Hostile, Script

pytestmark = pytest.mark.dovecot

NAME = "mail.lipowa.example"
GATE = Gate.parse("127.0.0.1")


def ask(service: Service, port: int, security: Security, seconds: float = 1.0) -> None:
    probe(service, Server(NAME, port, security), GATE, seconds)


def refused(service: Service, port: int, security: Security, seconds: float = 1.0) -> Trouble:
    begun = time.monotonic()
    with pytest.raises(Problem) as caught:
        ask(service, port, security, seconds)
    assert time.monotonic() - begun < seconds + 0.5
    return caught.value.trouble


@pytest.mark.parametrize(
    ("service", "port", "security", "to"),
    [
        (Service.IMAP, 993, Security.TLS, "tls_port"),
        (Service.IMAP, 143, Security.STARTTLS, "plain_port"),
        (Service.POP3, 995, Security.TLS, "pop3s_port"),
        (Service.POP3, 110, Security.STARTTLS, "pop3_port"),
    ],
)
def test_a_real_server_answers(
    dovecot: Dovecot, internet: Internet, service: Service, port: int, security: Security, to: str
) -> None:
    internet.leads(NAME, port, getattr(dovecot, to))
    ask(service, port, security)
    other = Service.POP3 if service is Service.IMAP else Service.IMAP
    assert refused(other, port, security) is Trouble.GREETING_FOREIGN


@pytest.mark.parametrize(
    ("script", "security", "port"), [(smtp, Security.TLS, 465), (smtp_starttls, Security.STARTTLS, 587)]
)
def test_a_server_for_sending_answers(internet: Internet, script: Script, security: Security, port: int) -> None:
    with Hostile(script, tls=security is Security.TLS, ca=internet.ca, name=NAME) as server:
        internet.leads(NAME, port, server.port)
        ask(Service.SMTP, port, security)
    assert not [line for line in server.clients[0].lines if line.upper().startswith((b"AUTH", b"MAIL"))]


def saying(*lines: str) -> Script:
    """Each line answers one of the client's; the first is the greeting."""

    def script(client: Client) -> None:
        for line in lines:
            client.send(line.replace("|", "\r\n").encode() + b"\r\n")
            client.line()

    return script


@pytest.mark.parametrize(
    ("service", "port", "script"),
    [
        (Service.IMAP, 143, saying("* PREAUTH ready")),
        (Service.IMAP, 143, saying("* BYE busy")),
        (Service.IMAP, 143, saying("* OK ready", "a BAD what")),
        (Service.IMAP, 143, saying("* OK ready", "a OK begin|* CAPABILITY IMAP4rev1")),
        (Service.IMAP, 143, saying("220 mail ESMTP")),
        (Service.IMAP, 143, saying("* OK ready", "b OK another tag")),
        (Service.POP3, 110, saying("+OK ready", "-ERR no")),
        (Service.POP3, 110, saying("-ERR locked")),
        (Service.SMTP, 587, saying("554 no")),
        (Service.SMTP, 587, saying("220 mail", "250-mail|250 AUTH PLAIN")),
        (Service.SMTP, 587, saying("220 mail", "250-mail|250 STARTTLS", "454 not now")),
        (Service.SMTP, 587, saying("220 mail", "250-mail|251 STARTTLS")),
        (Service.SMTP, 587, saying("220-mail|* OK")),
    ],
)
def test_without_encryption_nothing_counts(internet: Internet, service: Service, port: int, script: Script) -> None:
    with Hostile(script, ca=internet.ca, name=NAME) as server:
        internet.leads(NAME, port, server.port)
        assert refused(service, port, Security.STARTTLS) is Trouble.GREETING_FOREIGN


@pytest.mark.parametrize(
    ("service", "port", "script"),
    [
        (Service.IMAP, 993, saying("* OK ready", "* CAPABILITY IMAP4rev1 LOGINDISABLED|b OK")),
        (Service.IMAP, 993, saying("* OK ready", "* CAPABILITY IMAP2|b OK")),
        (Service.SMTP, 465, saying("220 mail", "250-mail|250 SIZE")),
    ],
)
def test_a_server_that_nobody_can_sign_in_to_does_not_count(
    internet: Internet, service: Service, port: int, script: Script
) -> None:
    with Hostile(script, tls=True, ca=internet.ca, name=NAME) as server:
        internet.leads(NAME, port, server.port)
        assert refused(service, port, Security.TLS) is Trouble.GREETING_FOREIGN


def drip(client: Client) -> None:
    while True:
        client.send(b"*")
        time.sleep(0.02)


def flood(client: Client) -> None:
    while True:
        client.send(b"* OK " + b"x" * 10_000)


@pytest.mark.parametrize(
    ("script", "trouble"),
    [
        (drip, Trouble.GREETING_SILENT),
        (Client.wait_for_goodbye, Trouble.GREETING_SILENT),
        (flood, Trouble.SERVER_CLOSED),
    ],
)
@pytest.mark.parametrize("service", Service)
def test_a_server_that_drips_or_floods_is_left(
    internet: Internet, service: Service, script: Callable[[Client], None], trouble: Trouble
) -> None:
    with Hostile(script, tls=True, ca=internet.ca, name=NAME) as server:
        internet.leads(NAME, 993, server.port)
        assert refused(service, 993, Security.TLS, 0.3) is trouble


def test_the_certificate_has_to_be_for_the_name(internet: Internet) -> None:
    with Hostile(smtp, tls=True, ca=internet.ca, name="other.example") as server:
        internet.leads(NAME, 465, server.port)
        assert refused(Service.SMTP, 465, Security.TLS) is Trouble.TLS_NAME
    with Hostile(smtp_starttls, ca=internet.ca, name="other.example") as server:
        internet.leads(NAME, 587, server.port)
        assert refused(Service.SMTP, 587, Security.STARTTLS) is Trouble.TLS_NAME
