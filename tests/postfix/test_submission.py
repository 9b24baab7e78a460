"""Sending through a real Postfix into real mailboxes: what every extension that it offers makes of a message."""

import time

import pytest

from teczka.core.delivery import Verdict
from teczka.core.errors import Trouble
from teczka.remote.egress import Gate
from teczka.remote.smtp import Envelope, SmtpSession, send
from teczka.remote.types import Credential, Security, Server
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.postfix.server import REFUSED, SIZE, Postfix
from tests.processes import until

GATE = Gate.parse("127.0.0.1")
ANNA, JAN = "anna@kancelaria-lipowa.example", "jan@a.example"


def connected(postfix: Postfix, security: Security = Security.TLS, password: str = "") -> SmtpSession:
    port = postfix.tls_port if security is Security.TLS else postfix.starttls_port
    server = Server(postfix.host, port, security, postfix.ca_pem)
    return SmtpSession.connect(server, Credential(ANNA, password or "sekret-do-poczty"), GATE, timeout=10)


def delivered(mailbox: Mailbox, mark: str) -> list[bytes]:
    def look() -> list[bytes]:
        found = [path.read_bytes() for path in mailbox.maildir.glob("new/*")]
        return [raw for raw in found if mark.encode() in raw]

    return list(until(look, 10, mark))


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_message_comes_to_the_recipients_mailbox_as_it_was(
    postfix: Postfix, dovecot: Dovecot, security: Security
) -> None:
    session = connected(postfix, security)
    assert {"PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES"} <= set(session.extensions)
    assert session.size == SIZE
    text = f"Subject: {security}\r\nMessage-ID: <{security}@a>\r\n\r\n.\r\n..kropki\r\nZażółć\r\n".encode()
    outcome = send(session, Envelope(ANNA, [JAN], len(text), "k1", eight_bit=True, receipt=True), [text])
    session.close()
    assert (outcome.verdict, outcome.receipt) == (Verdict.ACCEPTED, True)
    (raw,) = delivered(dovecot.add_user(JAN), f"<{security}@a>")
    assert raw.replace(b"\n", b"\r\n").replace(b"\r\r", b"\r").endswith(text.partition(b"\r\n\r\n")[2])


def test_each_refusal_has_its_own_meaning(postfix: Postfix) -> None:
    session = connected(postfix)
    text = b"Subject: x\r\n\r\nx\r\n"
    outcome = send(session, Envelope(ANNA, [JAN, *REFUSED], len(text), "k1"), [text])
    session.close()
    assert outcome.verdict is Verdict.ACCEPTED
    assert [answer.shown for answer in outcome.answers.values()] == ["250 2.1.5", "550 5.1.1", "552 5.2.2", "450 4.2.0"]


@pytest.mark.parametrize("password", ["pomyłka"])
def test_a_wrong_password_is_known_as_one(postfix: Postfix, password: str) -> None:
    with pytest.raises(Exception, match=Trouble.SIGNIN_REFUSED.value):
        connected(postfix, password=password)


def test_a_message_that_is_too_large_is_refused_before_its_text(postfix: Postfix) -> None:
    session = connected(postfix)
    began = time.monotonic()
    outcome = send(session, Envelope(ANNA, [JAN], SIZE + 1, "k1"), [b"never read"])
    session.close()
    assert outcome.problem
    assert outcome.problem.trouble is Trouble.MESSAGE_SIZE
    assert time.monotonic() - began < 5
