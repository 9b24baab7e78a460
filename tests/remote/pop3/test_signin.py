"""From the greeting to the transaction state: what a server, or somebody on the way, may try there."""

import base64
import time
from collections.abc import Callable
from typing import Protocol

import pytest

from teczka.core.errors import Problem, Trouble
from teczka.remote.pop3.conversation import Conversation
from teczka.remote.pop3.signin import capa
from teczka.remote.pop3.status import read
from teczka.remote.types import Credential, Security, Server
from tests.remote.imap.hostile import Client, Hostile
from tests.remote.pop3.transports import VISITS, blocking

TIMEOUT = 0.4
PASSWORD = Credential("anna", "sekret ąę")
TOKEN = Credential("anna@x.example", "ya29.token", bearer=True)
LONG = Credential("anna@x.example", "t" * 2000, bearer=True)
Script = Callable[[Client], None]


def expect(client: Client, line: bytes, answer: bytes = b"+OK\r\n") -> None:
    heard = client.line()
    assert heard == line, heard
    client.send(answer)


def greet(client: Client, capabilities: bytes = b"USER\r\n", greeting: bytes = b"+OK ready\r\n") -> None:
    client.send(greeting)
    expect(client, b"CAPA", b"+OK\r\n" + capabilities + b".\r\n" if capabilities else b"-ERR what?\r\n")


class Enter(Protocol):
    def __call__(self, script: Script, security: Security = ..., credential: Credential = ...) -> None: ...


class Refused(Protocol):
    def __call__(self, script: Script, security: Security = ..., credential: Credential = ...) -> Problem: ...


@pytest.fixture(params=VISITS)
def enter(request: pytest.FixtureRequest) -> Enter:
    """In and out again, over either transport."""

    def entered(script: Script, security: Security = Security.PLAIN, credential: Credential = PASSWORD) -> None:
        with Hostile(script, tls=security is Security.TLS) as hostile:
            VISITS[request.param](hostile.server(security), credential, TIMEOUT)

    return entered


@pytest.fixture
def refused(enter: Enter) -> Refused:
    def tried(script: Script, security: Security = Security.PLAIN, credential: Credential = PASSWORD) -> Problem:
        began = time.monotonic()
        with pytest.raises(Problem) as caught:
            enter(script, security, credential)
        assert time.monotonic() - began < TIMEOUT * 3 + 1
        return caught.value

    return tried


def b64(text: str) -> bytes:
    return base64.b64encode(text.encode())


def xoauth2(credential: Credential) -> bytes:
    return b64(f"user={credential.username}\x01auth=Bearer {credential.secret}\x01\x01")


def test_user_and_pass_where_nothing_better_is_offered(enter: Enter) -> None:
    def script(client: Client) -> None:
        greet(client, b"")
        expect(client, b"USER anna")
        expect(client, "PASS sekret ąę".encode())
        expect(client, b"QUIT")

    enter(script)


def test_plain_where_it_is_offered_in_two_lines(enter: Enter) -> None:
    def script(client: Client) -> None:
        greet(client, b"USER\r\nSASL LOGIN PLAIN\r\n")
        expect(client, b"AUTH PLAIN", b"+ \r\n")
        expect(client, b64("\0anna\0sekret ąę"))
        expect(client, b"QUIT")

    enter(script)


@pytest.mark.parametrize("credential", [TOKEN, LONG])
def test_a_token_is_said_in_two_lines_as_microsoft_wants(enter: Enter, credential: Credential) -> None:
    def script(client: Client) -> None:
        greet(client, b"SASL PLAIN XOAUTH2\r\n")
        expect(client, b"AUTH XOAUTH2", b"+\r\n")
        expect(client, xoauth2(credential))
        expect(client, b"QUIT")

    enter(script, Security.TLS, credential)


def test_a_server_that_refuses_the_bare_command_gets_it_all_in_one_line(enter: Enter) -> None:
    def script(client: Client) -> None:
        greet(client, b"SASL XOAUTH2\r\n")
        expect(client, b"AUTH XOAUTH2", b"-ERR malformed command\r\n")
        expect(client, b"AUTH XOAUTH2 " + xoauth2(TOKEN))
        expect(client, b"QUIT")

    enter(script, Security.TLS, TOKEN)


def test_a_refused_token_is_tried_once_and_its_refusal_heard_out(refused: Refused) -> None:
    def script(client: Client) -> None:
        greet(client, b"SASL XOAUTH2\r\n")
        expect(client, b"AUTH XOAUTH2", b"+ \r\n")
        expect(client, xoauth2(TOKEN), b"+ " + b64('{"status":"401"}') + b"\r\n")
        expect(client, b"", b"-ERR [AUTH] refused\r\n")
        client.wait_for_goodbye()

    assert refused(script, Security.TLS, TOKEN).trouble is Trouble.SIGNIN_TOKEN


def test_a_token_is_never_said_as_a_password(refused: Refused) -> None:
    def script(client: Client) -> None:
        greet(client, b"USER\r\nSASL PLAIN\r\n")
        client.wait_for_goodbye()
        assert client.lines == [b"CAPA\r\n"]

    assert refused(script, Security.TLS, TOKEN).trouble is Trouble.SIGNIN_NO_TOKENS


def test_a_server_that_wants_ever_more_is_cancelled(refused: Refused) -> None:
    def script(client: Client) -> None:
        greet(client, b"SASL PLAIN\r\n")
        expect(client, b"AUTH PLAIN", b"+ \r\n")
        expect(client, b64("\0anna\0sekret ąę"), b"+ more\r\n")
        expect(client, b"*", b"-ERR cancelled\r\n")
        client.wait_for_goodbye()

    assert refused(script).trouble is Trouble.SIGNIN_REFUSED


@pytest.mark.parametrize("name", ["anna\r\nDELE 1", "anna\0"])
@pytest.mark.parametrize("capabilities", [b"USER\r\n", b"SASL PLAIN\r\n"])
def test_a_name_that_could_end_the_line_is_never_said(refused: Refused, name: str, capabilities: bytes) -> None:
    def script(client: Client) -> None:
        greet(client, capabilities)
        client.wait_for_goodbye()
        assert client.lines == [b"CAPA\r\n"]

    assert refused(script, credential=Credential(name, "x")).trouble is Trouble.SIGNIN_REFUSED


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (b"-ERR [AUTH] no", Trouble.SIGNIN_REFUSED),
        (b"-ERR wrong password, try again", Trouble.SIGNIN_REFUSED),
        (b"-ERR [AUTH] come back later", Trouble.SIGNIN_REFUSED),
        (b"-ERR please try again", Trouble.SIGNIN_UNAVAILABLE),
        (b"-ERR authentication temporarily unavailable", Trouble.SIGNIN_UNAVAILABLE),
        (b"-ERR [IN-USE] another session", Trouble.SIGNIN_UNAVAILABLE),
        (b"-ERR [LOGIN-DELAY] 900 seconds", Trouble.SIGNIN_UNAVAILABLE),
        (b"-ERR [SYS/TEMP] disk", Trouble.SIGNIN_UNAVAILABLE),
        (b"-ERR unable to lock maildrop", Trouble.SIGNIN_UNAVAILABLE),
        (b"-ERR Zugriff zu oft, Abrufintervall 15 Minuten", Trouble.SIGNIN_UNAVAILABLE),
        (b"-ERR unsupported authentication mechanism", Trouble.SIGNIN_METHOD),
    ],
)
def test_a_wrong_password_and_a_busy_server_are_told_apart(refused: Refused, answer: bytes, trouble: Trouble) -> None:
    def script(client: Client) -> None:
        greet(client)
        expect(client, b"USER anna")
        expect(client, "PASS sekret ąę".encode(), answer + b"\r\n")
        client.wait_for_goodbye()

    problem = refused(script)
    assert problem.trouble is trouble
    assert problem.detail == ""  # without encryption anybody could have said it


@pytest.mark.parametrize(
    ("greeting", "trouble"),
    [
        (b"* OK IMAP4rev1 ready\r\n", Trouble.GREETING_FOREIGN),
        (b"220 mail.example ESMTP\r\n", Trouble.GREETING_FOREIGN),
        (b"+ go on\r\n", Trouble.GREETING_FOREIGN),
        (b"\x16\x03\x01\r\n", Trouble.GREETING_FOREIGN),
        (b"+OK" + b"x" * 20_000, Trouble.GREETING_FOREIGN),
        (b"-ERR too many connections\r\n", Trouble.SERVER_BUSY),
        (b"-ERR go away\r\n", Trouble.SERVER_CLOSED),
        (b"", Trouble.GREETING_SILENT),
    ],
)
def test_a_greeting_that_is_none(refused: Refused, greeting: bytes, trouble: Trouble) -> None:
    def script(client: Client) -> None:
        client.send(greeting)
        client.wait_for_goodbye()

    assert refused(script).trouble is trouble


def test_stls_comes_before_anything_secret_and_all_is_asked_anew(enter: Enter) -> None:
    def script(client: Client) -> None:
        greet(client, b"STLS\r\nUSER\r\nSASL X-INJECTED\r\n")
        expect(client, b"STLS")
        client.encrypt()
        expect(client, b"CAPA", b"+OK\r\nSASL PLAIN\r\n.\r\n")
        expect(client, b"AUTH PLAIN", b"+ \r\n")
        expect(client, b64("\0anna\0sekret ąę"))
        expect(client, b"QUIT")

    enter(script, Security.STARTTLS)


def test_a_server_without_capa_may_still_know_stls(enter: Enter) -> None:
    def script(client: Client) -> None:
        greet(client, b"")
        expect(client, b"STLS")
        client.encrypt()
        expect(client, b"CAPA", b"-ERR\r\n")
        expect(client, b"USER anna")
        expect(client, "PASS sekret ąę".encode())
        expect(client, b"QUIT")

    enter(script, Security.STARTTLS)


@pytest.mark.parametrize(
    ("capabilities", "answer"),
    [
        (b"USER\r\n", None),
        (b"STLS\r\n", b"-ERR not now\r\n"),
        (b"STLS\r\n", b"-ERR you are signed in already, and in the transaction state\r\n"),
        (b"", b"-ERR what?\r\n"),
    ],
)
def test_without_encryption_nothing_secret_is_said(refused: Refused, capabilities: bytes, answer: bytes | None) -> None:
    """A greeting that claims to be past the sign-in is no reason to go on, either."""

    def script(client: Client) -> None:
        greet(client, capabilities, b"+OK anna has 3 messages, already in the transaction state\r\n")
        if answer:
            expect(client, b"STLS", answer)
        client.wait_for_goodbye()
        assert not any(b"anna" in line or b"sekret" in line for line in client.lines)

    assert refused(script, Security.STARTTLS).trouble is Trouble.TLS_MISSING


@pytest.mark.parametrize("injected", [b"+OK\r\n", b"+OK in\r\n+OK 3 300\r\n", b"-ERR", b"x"])
def test_what_comes_in_plaintext_behind_the_ok_of_stls_is_refused(refused: Refused, injected: bytes) -> None:
    def script(client: Client) -> None:
        greet(client, b"STLS\r\n")
        expect(client, b"STLS", b"+OK begin\r\n" + injected)
        client.wait_for_goodbye()
        assert not any(b"anna" in line for line in client.lines)

    assert refused(script, Security.STARTTLS).trouble is Trouble.TLS_FAILED


def test_capabilities_without_end_are_refused(refused: Refused) -> None:
    def script(client: Client) -> None:
        client.send(b"+OK\r\n")
        client.line()
        client.send(b"+OK\r\n")
        while True:
            client.send(b"X" * 100_000 + b"\r\n")

    assert refused(script).trouble in {Trouble.SERVER_LIMIT, Trouble.SERVER_SILENT}


def test_a_trickle_of_bytes_is_not_an_answer(refused: Refused) -> None:
    def script(client: Client) -> None:
        client.sock.settimeout(TIMEOUT / 5)
        for byte in b"+OK" + b"x" * 100:
            client.send(bytes([byte]))
            try:
                client.sock.recv(1)
            except TimeoutError:
                continue
            return

    assert refused(script).trouble is Trouble.GREETING_SILENT


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        (b"LOGIN-DELAY 900\r\n", 900),
        (b"LOGIN-DELAY 60 USER\r\n", 60),
        (b"LOGIN-DELAY 99999999\r\n", 0),
        (b"UIDL\r\n", 0),
    ],
)
def test_how_often_a_server_lets_us_in_is_what_it_says(told: bytes, seconds: float) -> None:
    def script(client: Client) -> None:
        greet(client, b"USER\r\n" + told)
        expect(client, b"USER anna")
        expect(client, "PASS sekret ąę".encode())
        client.wait_for_goodbye()

    with Hostile(script) as hostile:
        drop = blocking(hostile.server(Security.PLAIN), PASSWORD, TIMEOUT)
        assert drop.login_delay == seconds
        drop.close()


def test_of_capabilities_without_end_the_first_are_believed() -> None:
    conversation = Conversation(Server("pop3.example", 995, Security.TLS))
    play = conversation.play(capa(conversation))
    next(play)
    conversation.reader.feed(
        b"+OK\r\nUSER\r\nSASL PLAIN\r\n" + b"".join(b"X%d\r\n" % n for n in range(30_000)) + b".\r\n"
    )
    with pytest.raises(StopIteration):
        next(play)
    assert conversation.capabilities
    assert {"USER", "SASL", "X1"} < conversation.capabilities.keys()
    assert len(conversation.capabilities) < 3000


def test_a_server_s_words_are_cut_before_they_are_looked_through() -> None:
    assert read(b"-ERR [SYS/TEMP] " + b"too many " * 1000).text == ("too many " * 1000)[:500].strip()
