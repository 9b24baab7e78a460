"""Signing in with an access token: what goes over the wire, and how a refusal ends."""

import base64

import pytest

from teczka.core.errors import Trouble
from teczka.remote.types import Credential
from tests.remote.imap.hostile import HOST, Client, Hostile
from tests.remote.imap.test_hostile_connection import connect, trouble

TOKEN = Credential("anna@kancelaria.example", "ey.J0.eXAi", bearer=True)
SAID = base64.b64encode(b"user=anna@kancelaria.example\x01auth=Bearer ey.J0.eXAi\x01\x01")
CHALLENGE = b"+ " + base64.b64encode(b'{"status":"401","schemes":"bearer","scope":"mail"}') + b"\r\n"


@pytest.mark.parametrize("at_once", [True, False])
def test_xoauth2_goes_with_the_command_or_after_the_challenge(at_once: bool) -> None:
    def script(client: Client) -> None:
        client.greet("IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2" + " SASL-IR" * at_once)
        if at_once:
            assert client.command() == b"AUTHENTICATE XOAUTH2 " + SAID
        else:
            assert client.command() == b"AUTHENTICATE XOAUTH2"
            client.send(b"+ \r\n")
            assert client.line() == SAID
        client.ok(text=b"OK [CAPABILITY IMAP4rev1] in")
        client.expect("LOGOUT")

    with Hostile(script) as hostile:
        connect(hostile.server(), TOKEN).close()


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize(("mechanism", "farewell"), [("XOAUTH2", b""), ("OAUTHBEARER", b"AQ==")])
def test_a_refusal_s_challenge_is_answered(mechanism: str, farewell: bytes, at_once: bool) -> None:
    def script(client: Client) -> None:
        client.greet(f"IMAP4rev1 AUTH={mechanism}" + " SASL-IR" * at_once)
        client.command()
        if not at_once:
            client.send(b"+ \r\n")
            client.line()
        client.send(CHALLENGE)
        assert client.line() == farewell
        client.ok(text=b"NO [AUTHENTICATIONFAILED] expired")
        client.wait_for_goodbye()

    with Hostile(script) as hostile:
        assert trouble(hostile.server(), TOKEN).trouble is Trouble.SIGNIN_TOKEN


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"NO AUTHENTICATE failed.", Trouble.SIGNIN_TOKEN),
        (b"NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", Trouble.SIGNIN_TOKEN),
        (b"NO [UNAVAILABLE] Temporary authentication failure.", Trouble.SIGNIN_UNAVAILABLE),
        (b"NO Request is throttled. Suggested Backoff Time: 5000 milliseconds", Trouble.SIGNIN_UNAVAILABLE),
    ],
)
def test_a_refused_token_and_a_busy_server_are_told_apart(answer: bytes, expected: Trouble) -> None:
    def script(client: Client) -> None:
        client.greet("IMAP4rev1 SASL-IR AUTH=XOAUTH2")
        client.expect("AUTHENTICATE", text=answer)
        client.wait_for_goodbye()

    with Hostile(script) as hostile:
        assert trouble(hostile.server(), TOKEN).trouble is expected


def test_oauthbearer_names_the_server_that_we_meant() -> None:
    def script(client: Client) -> None:
        client.greet("IMAP4rev1 SASL-IR AUTH=OAUTHBEARER")
        said = base64.b64decode(client.command().rpartition(b" ")[2])
        port = client.sock.getsockname()[1]
        assert said == b"n,a=%s,\x01host=%s\x01port=%d\x01auth=Bearer ey.J0.eXAi\x01\x01" % (
            TOKEN.username.encode(),
            HOST.encode(),
            port,
        )
        client.ok(text=b"OK [CAPABILITY IMAP4rev1] in")
        client.expect("LOGOUT")

    with Hostile(script) as hostile:
        connect(hostile.server(), TOKEN).close()


def test_a_server_that_takes_no_tokens_never_sees_ours() -> None:
    def script(client: Client) -> None:
        client.greet("IMAP4rev1 SASL-IR AUTH=PLAIN")
        client.wait_for_goodbye()

    with Hostile(script) as hostile:
        assert trouble(hostile.server(), TOKEN).trouble is Trouble.SIGNIN_NO_TOKENS
    assert not any(client.lines for client in hostile.clients)
