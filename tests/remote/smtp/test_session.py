"""The submission client against a real server, and against servers that do what none should."""

import base64
import time
from collections.abc import Iterator

import pytest

from teczka.core.errors import Problem, Trouble
from teczka.remote.egress import Gate
from teczka.remote.smtp import SmtpSession
from teczka.remote.types import Credential, Security, Server
from tests.remote.imap.hostile import HOST, Client, Hostile, Script
from tests.submission import SIZE, Submission

GATE = Gate.parse(f"{HOST},::1")
ANNA = Credential("anna@kancelaria.example", "zażółć\\gęślą")
TOKEN = Credential("anna@kancelaria.example", "ya29.token", bearer=True)
TIMEOUT = 0.5
EHLO = b"250-smtp.example\r\n250-SIZE 1000\r\n250-AUTH PLAIN LOGIN\r\n250 HELP\r\n"


@pytest.fixture(params=[Security.TLS, Security.STARTTLS])
def submission(request: pytest.FixtureRequest) -> Iterator[Submission]:
    with Submission(request.param) as server:
        server.passwords[ANNA.username] = ANNA.secret
        server.tokens[TOKEN.username] = TOKEN.secret
        yield server


def connect(server: Server, credential: Credential = ANNA) -> SmtpSession:
    return SmtpSession.connect(server, credential, GATE, timeout=TIMEOUT if server.host == HOST else 5)


def trouble(server: Server, credential: Credential = ANNA) -> Problem:
    start = time.monotonic()
    with pytest.raises(Problem) as caught:
        connect(server, credential)
    assert time.monotonic() - start < 5
    return caught.value


def test_a_password_signs_in_and_the_largest_message_is_told(submission: Submission) -> None:
    session = connect(submission.server())
    assert session.size == SIZE
    assert session.tls is not None
    session.close()
    assert submission.attempts == [("PLAIN", ANNA.username)]


def test_where_plain_is_not_offered_login_signs_in() -> None:
    with Submission(without=("PLAIN",)) as server:
        server.passwords[ANNA.username] = ANNA.secret
        connect(server.server()).close()
        assert server.attempts == [("LOGIN", ANNA.username)]


@pytest.mark.parametrize(("without", "mechanism"), [((), "XOAUTH2"), (("XOAUTH2",), "OAUTHBEARER")])
def test_a_token_signs_in_by_either_mechanism(without: tuple[str, ...], mechanism: str) -> None:
    with Submission(without=without) as server:
        server.tokens[TOKEN.username] = TOKEN.secret
        connect(server.server(), TOKEN).close()
        refused = trouble(server.server(), Credential(TOKEN.username, "old", bearer=True))
        assert refused.trouble is Trouble.SIGNIN_TOKEN_SENDING, "its advice is that of sending"
        assert server.attempts == [(mechanism, TOKEN.username)] * 2


def test_a_token_is_never_said_as_a_password() -> None:
    with Submission(without=("XOAUTH2", "OAUTHBEARER")) as server:
        assert trouble(server.server(), TOKEN).trouble is Trouble.SIGNIN_NO_TOKENS
        assert not server.attempts


def test_a_wrong_password_is_tried_once(submission: Submission) -> None:
    problem = trouble(submission.server(), Credential(ANNA.username, "pomyłka"))
    assert problem.trouble is Trouble.SIGNIN_REFUSED
    assert problem.params["username"] == ANNA.username
    assert problem.detail
    assert len(submission.attempts) == 1


def speaking(*answers: bytes, ehlo: bytes = EHLO) -> Script:
    """Greets, answers EHLO, and then each line with the next of these; then it is silent."""

    def script(client: Client) -> None:
        client.send(b"220 smtp.example ESMTP\r\n")
        assert client.line().startswith(b"EHLO [127.0.0.1]")
        client.send(ehlo)
        for answer in answers:
            client.line()
            client.send(answer)
        client.wait_for_goodbye()

    return script


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"535 5.7.8 Error: authentication failed\r\n", Trouble.SIGNIN_REFUSED),
        (b"535\r\n", Trouble.SIGNIN_REFUSED),
        (b"454 4.7.0 Temporary authentication failure\r\n", Trouble.SIGNIN_UNAVAILABLE),
        (b"421 4.3.2 Service not available\r\n", Trouble.SIGNIN_UNAVAILABLE),
        (b"504 5.5.4 Unrecognized authentication type\r\n", Trouble.SIGNIN_METHOD),
        (b"538 5.7.11 Encryption required\r\n", Trouble.SIGNIN_METHOD),
        (b"534-5.7.9 Application-specific password required.\r\n534 5.7.9 x\r\n", Trouble.SIGNIN_APP_PASSWORD),
        (b"534-5.7.14 Please log in via your web browser\r\n534 5.7.14 x\r\n", Trouble.SIGNIN_BROWSER),
        (b"535 5.7.139 SmtpClientAuthentication is disabled for the Tenant.\r\n", Trouble.SIGNIN_SENDING_OFF),
        (b"550 5.7.30 Basic authentication is not supported\r\n", Trouble.SIGNIN_MODERN_ONLY),
        (b"334 Z2ltbWUgbW9yZQ==\r\n", Trouble.SERVER_SILENT),
        (b"hello\r\n", Trouble.SERVER_GARBAGE),
        (b"250-a\r\n251 b\r\n", Trouble.SERVER_GARBAGE),
        (b"250-" + b"x" * 70_000 + b"\r\n", Trouble.SERVER_LIMIT),
        (b"250-x\r\n" * 70_000, Trouble.SERVER_LIMIT),
    ],
)
def test_what_a_refused_sign_in_means(answer: bytes, expected: Trouble) -> None:
    with Hostile(speaking(answer)) as hostile:
        assert trouble(hostile.server()).trouble is expected


def test_an_exchange_that_asks_for_more_than_we_have_is_cancelled() -> None:
    with Hostile(speaking(b"334 bW9yZQ==\r\n", b"501 5.7.0 cancelled\r\n")) as hostile:
        assert trouble(hostile.server()).trouble is Trouble.SIGNIN_METHOD
        assert hostile.clients[0].lines[-1] == b"*\r\n"


@pytest.mark.parametrize(
    ("greeting", "expected"),
    [
        (b"* OK IMAP4rev1 ready\r\n", Trouble.GREETING_FOREIGN),
        (b"+OK POP3 ready\r\n", Trouble.GREETING_FOREIGN),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Trouble.GREETING_FOREIGN),
        (b"x" * 100_000, Trouble.GREETING_FOREIGN),
        (b"421 4.3.2 too busy\r\n", Trouble.SERVER_BUSY),
        (b"554 no service here\r\n", Trouble.SERVER_CLOSED),
        (b"", Trouble.GREETING_SILENT),
    ],
)
def test_a_greeting_that_is_none(greeting: bytes, expected: Trouble) -> None:
    def script(client: Client) -> None:
        client.send(greeting)
        client.wait_for_goodbye()

    with Hostile(script) as hostile:
        assert trouble(hostile.server()).trouble is expected


@pytest.mark.parametrize("drop", [b"2", b"220-" + b"x" * 1000 + b"\r\n"])
def test_a_trickle_is_no_answer_however_much_comes_of_it(drop: bytes) -> None:
    def script(client: Client) -> None:
        while True:
            client.send(drop)
            client.sock.settimeout(TIMEOUT / 5)
            try:
                client.sock.recv(1)
            except TimeoutError:
                continue
            return

    with Hostile(script) as hostile:
        assert trouble(hostile.server()).trouble is Trouble.GREETING_SILENT


def test_starttls_that_is_not_offered_or_refused_ends_before_the_password() -> None:
    refused = EHLO.replace(b"250 HELP", b"250 STARTTLS")
    for script in (speaking(), speaking(b"454 no TLS\r\n", ehlo=refused)):
        with Hostile(script) as hostile:
            assert trouble(hostile.server(Security.STARTTLS)).trouble is Trouble.TLS_MISSING
            assert not any(line.startswith(b"AUTH") for line in hostile.clients[0].lines)


def test_what_stands_behind_the_answer_to_starttls_is_an_attack() -> None:
    injected = b"220 go ahead\r\n250-AUTH LOGIN\r\n250 x\r\n"
    with Hostile(speaking(injected, ehlo=EHLO.replace(b"250 HELP", b"250 STARTTLS"))) as hostile:
        assert trouble(hostile.server(Security.STARTTLS)).trouble is Trouble.TLS_FAILED


def test_what_was_offered_before_encryption_is_forgotten() -> None:
    def script(client: Client) -> None:
        client.send(b"220 smtp.example ESMTP\r\n")
        client.line()
        client.send(b"250-smtp.example\r\n250-SIZE 7\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n")
        client.line()
        client.send(b"220 go ahead\r\n")
        client.encrypt()
        client.line()
        client.send(b"250 smtp.example\r\n")
        client.wait_for_goodbye()

    with Hostile(script) as hostile:
        assert trouble(hostile.server(Security.STARTTLS)).trouble is Trouble.SIGNIN_METHOD


def test_a_server_that_quotes_the_password_back_is_quoted_without_it() -> None:
    def script(client: Client) -> None:
        client.send(b"220 smtp.example ESMTP\r\n")
        client.line()
        client.send(EHLO)
        line = client.line()
        secret = base64.b64decode(line.split()[2]).split(b"\0")[2]
        client.send(b"535 what is " + line + b" or " + secret + b"?\r\n")
        client.wait_for_goodbye()

    with Hostile(script, tls=True) as hostile:
        problem = trouble(hostile.server(Security.TLS))
        assert problem.detail == "what is AUTH PLAIN … or …?"


def test_the_server_s_words_are_quoted_only_when_they_came_encrypted() -> None:
    with Hostile(speaking(b"535 5.7.8 nope\r\n")) as hostile:
        assert not trouble(hostile.server()).detail
