"""Wrong answers, wrong addresses and wrong passwords, through the commands: a clear sentence, a bounded wait, and nothing half stored."""

import json
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
import pytest

from teczka.core.settings import settings
from teczka.store.server import Server
from tests.dovecot.fixtures import dovecot, mailbox
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.processes import Teczka, prepared
from tests.remote.imap.hostile import Client, Hostile, Script

__all__ = ["dovecot", "mailbox"]
PATIENCE = 60.0  # seconds for a command whole: connecting may take 20 of them, starting the database the rest on a busy machine
LISTED = b'* LIST () "/" INBOX\r\n'


@pytest.fixture(scope="module")
def teczka() -> Iterator[Teczka]:
    """One database for all, which commands join. No worker runs, so `sync` speaks for the account itself."""
    with prepared() as made:
        server = Server(made.data, settings().postgres_bin)
        server.start()
        try:
            yield made
        finally:
            server.stop()


@pytest.fixture(scope="module", autouse=True)
def silence(teczka: Teczka) -> Iterator["Future[subprocess.CompletedProcess[str]]"]:
    """Asked first and looked at last: the others need not wait until this one's patience is at its end."""
    with Hostile(lambda client: client.wait_for_goodbye(), tls=True) as hostile, ThreadPoolExecutor() as pool:
        incoming, ca_pem = f"127.0.0.1:{hostile.port}:tls", hostile.server().ca_pem
        yield pool.submit(teczka.try_account, incoming, ca_pem, "anna", "x")


def refusal(teczka: Teczka, incoming: str, ca_pem: str = "", username: str = "anna", password: str = "x") -> str:
    """What `account add` says when it fails, as it must. No account is there afterwards that was not there before."""
    before, began = rows(teczka, "store_account"), time.monotonic()
    done = teczka.try_account(incoming, ca_pem, username, password)
    assert done.returncode == 1
    assert time.monotonic() - began < PATIENCE
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("teczka: ")
    assert done.stderr.count("\n") == 1
    assert rows(teczka, "store_account") == rows(teczka, "store_secret") == before
    return done.stderr


def rows(teczka: Teczka, table: str) -> int:
    with psycopg.connect(teczka.dsn()) as look:
        row = look.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else -1


def test_a_host_that_does_not_exist(teczka: Teczka) -> None:
    assert "There is no server named “imap.nowhere.invalid”." in refusal(teczka, "imap.nowhere.invalid:993:tls")


def test_a_port_where_nobody_listens(teczka: Teczka) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert f"“127.0.0.1” cannot be reached on port {port}." in refusal(teczka, f"127.0.0.1:{port}:tls")


def test_an_address_inside_the_office(teczka: Teczka) -> None:
    assert "TECZKA_EGRESS_ALLOW" in refusal(teczka, "10.0.0.1:993:tls")


def test_a_certificate_of_nobody_we_trust(teczka: Teczka, dovecot: Dovecot) -> None:
    said = refusal(teczka, f"localhost:{dovecot.tls_port}:tls")
    assert "was issued by nobody that this machine trusts" in said


def test_a_certificate_for_another_name(teczka: Teczka) -> None:
    with Hostile(lambda client: client.greet(), tls=True, name="other.example") as hostile:
        said = refusal(teczka, f"127.0.0.1:{hostile.port}:tls", hostile.server().ca_pem)
    assert "is made out to another name" in said


def test_tls_on_a_port_that_speaks_without(teczka: Teczka, dovecot: Dovecot) -> None:
    said = refusal(teczka, f"localhost:{dovecot.plain_port}:tls", dovecot.ca_pem)
    assert "No encrypted connection to “localhost” came about." in said


def test_a_wrong_password(teczka: Teczka, dovecot: Dovecot, mailbox: Mailbox) -> None:
    said = refusal(teczka, f"localhost:{dovecot.tls_port}:tls", dovecot.ca_pem, mailbox.username, "pomyłka")
    assert f"refused the user name “{mailbox.username}” or the password" in said
    assert "pomyłka" not in said


def test_something_else_than_imap(teczka: Teczka) -> None:
    with Hostile(lambda client: client.send(b"SSH-2.0-OpenSSH_9.2\r\n"), tls=True) as hostile:
        said = refusal(teczka, f"127.0.0.1:{hostile.port}:tls", hostile.server().ca_pem)
    assert "there is something else than the mail server" in said


def serves(fetch: Callable[[Client], None]) -> Script:
    """A server that is well-behaved but for its answer to FETCH. The first connection of all only adds the account."""

    def script(client: Client) -> None:
        client.signed_in()
        while True:
            command = client.command().upper()
            if command.startswith(b"LIST"):
                client.ok(LISTED)
            elif command.startswith(b"STATUS"):
                client.ok(b"* STATUS INBOX (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 7 UNSEEN 1)\r\n")
            elif command.startswith((b"EXAMINE", b"SELECT")):
                client.ok(b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [UIDNEXT 2] .\r\n")
            elif command.startswith(b"UID SEARCH"):
                client.ok(b"* SEARCH 1\r\n")
            elif command.startswith(b"UID FETCH"):
                fetch(client)
            else:
                client.ok()

    return script


def cut_short(client: Client) -> None:
    client.send(b"* 1 FETCH (UID 1 FLAGS () RFC822.SIZE 500 BODY[] {500}\r\nSubject: half\r\n")
    raise EOFError


def ninety_nine_gigabytes(client: Client) -> None:
    client.send(b"* 1 FETCH (UID 1 FLAGS () BODY[] {99000000000}\r\n" + b"x" * 1000)
    client.wait_for_goodbye()


def for_nobody(client: Client) -> None:
    client.ok(
        b'* 5 FETCH (UID 4711 FLAGS () INTERNALDATE "05-Nov-2026 10:00:00 +0100" RFC822.SIZE 15 BODY[] {15}\r\nSubject: no\r\n\r\n)\r\n'
    )


@pytest.mark.parametrize(
    ("fetch", "sentence"),
    [
        (cut_short, "hung up in the middle"),
        (ninety_nine_gigabytes, "sent more than any mailbox can hold"),
        (for_nobody, ""),  # an answer to nothing is passed over: there is no trouble, and no message either
    ],
)
def test_a_fetch_that_lies_stores_nothing(teczka: Teczka, fetch: Callable[[Client], None], sentence: str) -> None:
    with Hostile(serves(fetch), tls=True) as hostile:
        incoming, username = f"127.0.0.1:{hostile.port}:tls", fetch.__name__
        added = teczka.try_account(incoming, hostile.server().ca_pem, username, "sekret")
        assert added.returncode == 0, added.stderr
        began = time.monotonic()
        done = teczka.tried("sync", "--account", json.loads(added.stdout)["id"], "--json")
        assert time.monotonic() - began < PATIENCE
        assert "Traceback" not in done.stderr
        assert sentence in done.stderr
        assert done.returncode == (1 if sentence else 0)
        assert json.loads(done.stdout)["messages"] == 0
        assert rows(teczka, "store_message") == rows(teczka, "store_placement") == rows(teczka, "store_pack") == 0


def test_a_server_that_says_nothing(silence: "Future[subprocess.CompletedProcess[str]]") -> None:
    done = silence.result(PATIENCE)
    assert done.returncode == 1
    assert re.fullmatch(
        r"teczka: “127.0.0.1” accepted the connection on port \d+ and then said nothing\. .+\n", done.stderr
    )
