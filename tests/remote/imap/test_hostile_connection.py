"""Until the sign-in is done: wrong hosts, wrong certificates, wrong protocols, STARTTLS that somebody tampers with."""

import math
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from teczka.core.errors import Problem, Trouble
from teczka.remote.connection import ENTRY
from teczka.remote.egress import Gate
from teczka.remote.imap import ImapMailbox
from teczka.remote.types import Credential, Security, Server
from tests.remote.imap.hostile import HOST, Client, Hostile, Script, cut_once
from tests.remote.imap.spools import Spools

GATE = Gate.parse(HOST)
ANNA = Credential("anna", "sekret")
TIMEOUT = 0.5


def connect(server: Server, credential: Credential = ANNA, gate: Gate = GATE) -> ImapMailbox:
    return ImapMailbox.connect(server, credential, gate, spool=Spools(), timeout=TIMEOUT)


def trouble(server: Server, credential: Credential = ANNA, gate: Gate = GATE) -> Problem:
    """What connecting fails with, and that it does so in time."""
    start = time.monotonic()
    with pytest.raises(Problem) as caught:
        connect(server, credential, gate)
    assert time.monotonic() - start < TIMEOUT * 2 + 1
    return caught.value


def greeting(text: bytes) -> Script:
    def script(client: Client) -> None:
        client.send(text)
        client.wait_for_goodbye()

    return script


def in_a_moment(client: Client) -> None:
    """One line of an answer after another, for longer than anybody listens."""
    client.sock.settimeout(TIMEOUT / 10)
    for _ in range(100):
        client.send(b"* OK in a moment\r\n")
        try:
            client.sock.recv(1)
        except TimeoutError:
            continue
        return


def test_a_sign_in_that_never_comes_to_its_end_is_given_up() -> None:
    def script(client: Client) -> None:
        client.greet()
        client.command()
        in_a_moment(client)

    with Hostile(script) as hostile:
        start = time.monotonic()
        with pytest.raises(Problem) as caught:
            connect(hostile.server())
    assert caught.value.trouble is Trouble.SERVER_SILENT
    assert time.monotonic() - start < ENTRY * TIMEOUT + 1


def test_a_connection_lasts_longer_than_its_sign_in_may() -> None:
    def script(client: Client) -> None:
        client.signed_in()
        client.expect("NOOP")
        client.expect("LOGOUT")

    with Hostile(script) as hostile:
        mailbox = connect(hostile.server())
        assert mailbox._wire.end == math.inf
        mailbox.noop()
        mailbox.close()


def test_a_connection_that_is_cut_ends_for_whoever_waits_for_it() -> None:
    asked = threading.Event()

    def script(client: Client) -> None:
        client.signed_in()
        client.command()
        asked.set()
        client.wait_for_goodbye()

    with Hostile(script) as hostile:
        mailbox = ImapMailbox.connect(hostile.server(), ANNA, GATE, timeout=60)
        with pytest.raises(Problem) as caught, cut_once(asked, mailbox.cut):
            mailbox.folders()
        mailbox.cut()  # closed by now
    assert caught.value.trouble is Trouble.SERVER_CLOSED


def test_a_lifetime_ends_a_connection_whose_every_step_is_in_time() -> None:
    def script(client: Client) -> None:
        client.signed_in()
        client.command()
        in_a_moment(client)

    with Hostile(script) as hostile:
        start = time.monotonic()
        server = hostile.server()
        mailbox = ImapMailbox.over(GATE.connect(server.host, server.port, TIMEOUT), server, TIMEOUT)
        for _reached in mailbox.enter(ANNA):
            pass
        with pytest.raises(Problem) as caught:
            mailbox.folders()
        assert caught.value.trouble is Trouble.SERVER_SILENT
        assert time.monotonic() - start < TIMEOUT + 1


def test_a_host_that_does_not_exist_is_unknown() -> None:
    assert trouble(Server("nowhere.invalid", 993, Security.TLS)).trouble is Trouble.ADDRESS_UNKNOWN


def test_a_port_where_nobody_listens_cannot_be_reached() -> None:
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    assert trouble(Server(HOST, port, Security.TLS)).trouble is Trouble.CONNECT_FAILED


def test_a_connection_without_encryption_needs_the_keeper_s_word() -> None:
    with Hostile(greeting(b"* OK\r\n")) as hostile:
        assert trouble(hostile.server(), gate=Gate()).trouble is Trouble.CONNECT_FAILED
        assert not hostile.clients


@pytest.mark.parametrize("security", [Security.PLAIN, Security.STARTTLS, Security.TLS])
def test_a_server_that_says_nothing_is_silent_within_the_time_out(security: Security) -> None:
    with Hostile(Client.wait_for_goodbye) as hostile:
        assert trouble(hostile.server(security)).trouble is Trouble.GREETING_SILENT


@pytest.mark.parametrize(
    "text",
    [
        b"+OK POP3 ready <1@x>\r\n",
        b"220 smtp.example.org ESMTP\r\n",
        b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 400 Bad Request\n\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"* 5 EXISTS\r\n",
        b"T1 OK hello\r\n",
        b"\x00\xff\x16\x03\r\n",
        b"x" * 5_000_000 + b"\r\n",
    ],
)
def test_another_protocol_at_the_port_is_named_as_such(text: bytes) -> None:
    with Hostile(greeting(text)) as hostile:
        problem = trouble(hostile.server())
        assert problem.trouble is Trouble.GREETING_FOREIGN
        assert problem.params["port"] == hostile.port


def test_plaintext_at_a_tls_port_is_no_tls() -> None:
    with Hostile(greeting(b"* OK plain here\r\n")) as hostile:
        assert trouble(hostile.server(Security.TLS)).trouble is Trouble.TLS_FAILED


def test_a_server_that_is_full_is_busy_and_not_broken() -> None:
    with Hostile(greeting(b"* BYE Too many simultaneous connections\r\n")) as hostile:
        assert trouble(hostile.server()).trouble is Trouble.SERVER_BUSY


def test_a_certificate_for_another_name_is_refused() -> None:
    with Hostile(Client.signed_in, tls=True, name="imap.example.org") as hostile:
        assert trouble(hostile.server(Security.TLS)).trouble is Trouble.TLS_NAME


def test_a_certificate_of_an_unknown_issuer_is_refused() -> None:
    with Hostile(Client.signed_in, tls=True) as hostile:
        assert trouble(hostile.server(Security.TLS, trusted=False)).trouble is Trouble.TLS_UNTRUSTED


@pytest.mark.parametrize("days", [-2, 2])
def test_a_certificate_out_of_its_time_is_refused(days: int) -> None:
    ca, day = trustme.CA(), timedelta(days=1)
    around = datetime.now(UTC) + days * day
    with Hostile(Client.signed_in, tls=True, ca=ca) as hostile:
        hostile.use(ca.issue_cert(HOST, not_before=around - day, not_after=around + day))
        assert trouble(hostile.server(Security.TLS)).trouble is Trouble.TLS_EXPIRED


def test_an_authority_that_is_no_certificate_is_not_trusted() -> None:
    with Hostile(Client.signed_in, tls=True) as hostile:
        server = Server(HOST, hostile.port, Security.TLS, "not a certificate")
        assert trouble(server).trouble is Trouble.TLS_UNTRUSTED


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"NO [AUTHENTICATIONFAILED] wrong", Trouble.SIGNIN_REFUSED),
        (b"NO wrong", Trouble.SIGNIN_REFUSED),
        (b"NO [AUTHENTICATIONFAILED] try again later", Trouble.SIGNIN_REFUSED),
        (b"NO", Trouble.SIGNIN_REFUSED),
        (b"NO [UNAVAILABLE] database", Trouble.SIGNIN_UNAVAILABLE),
        (b"NO Too many simultaneous connections", Trouble.SIGNIN_CONNECTIONS),
        (b"BAD User is authenticated but not connected.", Trouble.SIGNIN_UNCONNECTED),
        (b"BAD Unsupported authentication mechanism", Trouble.SIGNIN_METHOD),
    ],
)
def test_a_refused_password_and_a_busy_server_are_told_apart(answer: bytes, expected: Trouble) -> None:
    def script(client: Client) -> None:
        client.greet()
        client.expect("AUTHENTICATE", text=answer)
        client.wait_for_goodbye()

    with Hostile(script) as hostile:
        assert trouble(hostile.server()).trouble is expected


def test_the_server_s_words_are_quoted_only_when_they_came_encrypted() -> None:
    def script(client: Client) -> None:
        client.greet()
        client.expect("AUTHENTICATE", text=b"NO [AUTHENTICATIONFAILED] use an\x1b app password")

    with Hostile(script) as plain, Hostile(script, tls=True) as encrypted:
        assert trouble(plain.server()).detail == ""
        assert trouble(encrypted.server(Security.TLS)).detail == "use an  app password"


def test_a_server_without_a_way_to_sign_in_says_so() -> None:
    with Hostile(lambda client: client.greet("IMAP4rev1 LOGINDISABLED AUTH=GSSAPI")) as hostile:
        assert trouble(hostile.server()).trouble is Trouble.SIGNIN_METHOD


@pytest.mark.parametrize("bad", ["a\r\nX1 DELETE INBOX", "a\n", "a\0b"])
@pytest.mark.parametrize("capabilities", ["IMAP4rev1", "IMAP4rev1 AUTH=PLAIN"])
def test_no_line_end_gets_out_in_a_name_or_password(bad: str, capabilities: str) -> None:
    def script(client: Client) -> None:
        client.greet(capabilities)
        client.line()

    for credential in (Credential(bad, "sekret"), Credential("anna", bad)):
        with Hostile(script) as hostile:
            assert trouble(hostile.server(), credential).trouble is Trouble.SIGNIN_REFUSED
        assert not any(client.lines for client in hostile.clients)


def test_a_password_beyond_ascii_is_a_literal_that_waits_for_the_server() -> None:
    def script(client: Client) -> None:
        client.greet("IMAP4rev1")
        assert client.command() == b'LOGIN "anna" {10}'
        client.send(b"+ go\r\n")
        assert client.line() == "zażółć".encode()
        client.ok(text=b"OK [CAPABILITY IMAP4rev1] in")
        client.expect("LOGOUT")

    with Hostile(script) as hostile:
        connect(hostile.server(), Credential("anna", "zażółć")).close()


def test_a_server_that_asks_on_and_on_is_cancelled() -> None:
    def script(client: Client) -> None:
        client.greet("IMAP4rev1 AUTH=PLAIN")
        assert client.command() == b"AUTHENTICATE PLAIN"
        client.send(b"+ \r\n")
        client.line()
        client.send(b"+ more\r\n")
        assert client.line() == b"*"
        client.ok(text=b"BAD cancelled")

    with Hostile(script) as hostile:
        assert trouble(hostile.server()).trouble is Trouble.SIGNIN_REFUSED


def starttls(behind: bytes = b"", before: bytes = b"") -> Script:
    def script(client: Client) -> None:
        client.send(before)
        client.greet("IMAP4rev1 STARTTLS AUTH=PLAIN")
        assert client.command() == b"STARTTLS"
        client.send(client.tag + b" OK go\r\n" + behind)
        client.encrypt()
        client.expect("CAPABILITY", b"* CAPABILITY IMAP4rev1\r\n")
        client.expect("LOGIN", text=b"OK [CAPABILITY IMAP4rev1] in")
        client.expect("LIST", b'* LIST () "/" Real\r\n')
        client.expect("LOGOUT")

    return script


def test_after_starttls_everything_is_asked_again() -> None:
    with Hostile(starttls()) as hostile:
        mailbox = connect(hostile.server(Security.STARTTLS))
        assert mailbox.capabilities == {"IMAP4REV1"}
        assert [folder.path for folder in mailbox.folders()] == ["Real"]
        mailbox.close()


def test_plaintext_behind_the_ok_of_starttls_ends_the_connection() -> None:
    with Hostile(starttls(behind=b'* LIST () "/" Injected\r\n')) as hostile:
        assert trouble(hostile.server(Security.STARTTLS)).trouble is Trouble.TLS_FAILED


def test_a_folder_injected_before_starttls_is_never_seen() -> None:
    def script(client: Client) -> None:
        client.greet("IMAP4rev1 STARTTLS")
        client.send(b'* LIST () "/" Injected\r\n* CAPABILITY IMAP4rev1 EVIL\r\n')
        client.expect("STARTTLS", b'* LIST () "/" Injected2\r\n')
        client.encrypt()
        client.expect("CAPABILITY", b"* CAPABILITY IMAP4rev1\r\n")
        client.expect("LOGIN", text=b"OK [CAPABILITY IMAP4rev1] in")
        client.expect("LIST", b'* LIST () "/" Real\r\n')
        client.expect("LOGOUT")

    with Hostile(script) as hostile:
        mailbox = connect(hostile.server(Security.STARTTLS))
        assert [folder.path for folder in mailbox.folders()] == ["Real"]
        assert "EVIL" not in mailbox.capabilities
        mailbox.close()


def test_a_greeting_as_signed_in_before_encryption_is_refused() -> None:
    with Hostile(greeting(b"* PREAUTH welcome\r\n")) as hostile:
        assert trouble(hostile.server(Security.STARTTLS)).trouble is Trouble.TLS_PREAUTH


@pytest.mark.parametrize("answer", [b"NO not now", b"BAD what"])
def test_no_encryption_no_session(answer: bytes) -> None:
    def refused(client: Client) -> None:
        client.greet("IMAP4rev1 STARTTLS")
        client.expect("STARTTLS", text=answer)
        assert client.line() == b""

    scripts: list[Callable[[Client], None]] = [refused, lambda client: client.greet("IMAP4rev1 AUTH=PLAIN")]
    for script in scripts:
        with Hostile(script) as hostile:
            assert trouble(hostile.server(Security.STARTTLS)).trouble is Trouble.TLS_MISSING
        assert b"sekret" not in b"".join(line for client in hostile.clients for line in client.lines)
