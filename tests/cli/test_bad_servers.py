"""Wrong answers, wrong addresses and wrong passwords, through the commands: a clear sentence, a bounded wait, and nothing half stored."""

import json
import re
import socket
import sys
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from random import Random
from typing import NamedTuple

import psycopg
import pytest
from django.db import OperationalError

from teczka.cli import account, doctor, export, house, sync
from teczka.core.errors import Trouble
from teczka.remote import check
from teczka.store.models.accounts import everyones_accounts
from tests.cast import make_cast
from tests.conftest import OwnDatabase
from tests.database import TestDatabase
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.leased import leased
from tests.remote.imap.hostile import Client, Hostile, Script

PATIENCE = 30.0  # seconds for a command whole: one server has half of them
LISTED = b'* LIST () "/" INBOX\r\n'


class Done(NamedTuple):
    status: int
    output: str
    error: str


class Commands:
    """Run in this process, which holds the database: a process for each would take longer than what it does. Nobody keeps accounts here,
    so `sync` speaks for the account itself."""

    def __init__(
        self, dsn: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._dsn, self._folder, self._capsys, self._monkeypatch = dsn, folder, capsys, monkeypatch
        self._person = make_cast().anna
        self.email = self._person.email

    def add(self, incoming: str, ca_pem: str = "", username: str = "anna", password: str = "x") -> Done:
        words = ["--user", self._person.email, "--address", "biuro@kancelaria-nowak.example", "--username", username]
        if ca_pem:
            (self._folder / "ca.pem").write_text(ca_pem)
            words += ["--ca-file", str(self._folder / "ca.pem")]
        self._monkeypatch.setattr(sys, "stdin", StringIO(f"{password}\n"))
        return self._done(account.main, ["add", *words, "--imap", incoming, "--password-stdin"])

    def refusal(self, incoming: str, ca_pem: str = "", username: str = "anna", password: str = "x") -> str:
        """What `account add` says when it fails, as it must, and leaves nothing behind."""
        done = self.add(incoming, ca_pem, username, password)
        assert done.status == 1
        assert done.output == ""
        assert done.error.startswith("teczka: ")
        assert done.error.count("\n") == 1
        assert self.rows("account") == self.rows("secret") == 0
        return done.error

    def added(self, hostile: Hostile, username: str = "anna") -> str:
        """The account's id."""
        done = self.add(f"127.0.0.1:{hostile.port}:tls", hostile.server().ca_pem, username, "sekret")
        assert done.status == 0, done.error
        return str(json.loads(done.output)["id"])

    def sync(self, account_id: str) -> Done:
        return self.run(sync.main, "--account", account_id, "--json")

    def run(self, command: Callable[[list[str]], int], *words: str) -> Done:
        return self._done(command, list(words))

    def rows(self, table: str) -> int:
        with psycopg.connect(self._dsn) as look:
            row = look.execute(f"SELECT count(*) FROM store_{table}").fetchone()
        return int(row[0]) if row else -1

    def _done(self, command: Callable[[list[str]], int], words: list[str]) -> Done:
        began = time.monotonic()
        status = command(words)
        assert time.monotonic() - began < PATIENCE
        return Done(status, *self._capsys.readouterr())


@pytest.fixture
def teczka(
    test_database: TestDatabase,
    own_database: OwnDatabase,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Commands:
    """As its superuser the database shows all rows."""
    return Commands(test_database.server.dsn(own_database.name, "postgres"), tmp_path, capsys, monkeypatch)


def test_a_host_that_does_not_exist(teczka: Commands) -> None:
    assert "There is no server named “imap.nowhere.invalid”." in teczka.refusal("imap.nowhere.invalid:993:tls")


def test_a_port_where_nobody_listens(teczka: Commands) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert f"“127.0.0.1” cannot be reached on port {port}." in teczka.refusal(f"127.0.0.1:{port}:tls")


def test_an_address_inside_the_office(teczka: Commands) -> None:
    assert "TECZKA_EGRESS_ALLOW" in teczka.refusal("10.0.0.1:993:tls")


def test_a_certificate_of_nobody_we_trust(teczka: Commands, dovecot: Dovecot) -> None:
    said = teczka.refusal(f"localhost:{dovecot.tls_port}:tls")
    assert "was issued by nobody that this machine trusts" in said


def test_a_certificate_for_another_name(teczka: Commands) -> None:
    with Hostile(lambda client: client.greet(), tls=True, name="other.example") as hostile:
        said = teczka.refusal(f"127.0.0.1:{hostile.port}:tls", hostile.server().ca_pem)
    assert "is made out to another name" in said


def test_tls_on_a_port_that_speaks_without(teczka: Commands, dovecot: Dovecot) -> None:
    said = teczka.refusal(f"localhost:{dovecot.plain_port}:tls", dovecot.ca_pem)
    assert "No encrypted connection to “localhost” came about." in said


def test_a_wrong_password(teczka: Commands, dovecot: Dovecot, mailbox: Mailbox) -> None:
    said = teczka.refusal(f"localhost:{dovecot.tls_port}:tls", dovecot.ca_pem, mailbox.username, "pomyłka")
    assert f"refused the user name “{mailbox.username}” or the password" in said
    assert "pomyłka" not in said


def test_something_else_than_imap(teczka: Commands) -> None:
    with Hostile(lambda client: client.send(b"SSH-2.0-OpenSSH_9.2\r\n"), tls=True) as hostile:
        said = teczka.refusal(f"127.0.0.1:{hostile.port}:tls", hostile.server().ca_pem)
    assert "there is something else than the mail server" in said


def test_a_server_that_hangs_up_at_the_sign_in(teczka: Commands) -> None:
    """Nobody tries again what was not saved; and the step stands before the sentence."""

    def hang_up(client: Client) -> None:
        client.greet()
        client.command()

    with Hostile(hang_up, tls=True) as hostile:
        said = teczka.refusal(f"127.0.0.1:{hostile.port}:tls", hostile.server().ca_pem)
    assert said.startswith("teczka: IMAP, sign-in: “127.0.0.1” hung up in the middle. Nothing was saved.")
    assert "by ourselves" not in said


def nothing(client: Client) -> None:
    client.ok()


def serves(
    fetch: Callable[[Client], None] = nothing,
    listed: bytes = LISTED,
    messages: int = 1,
    exists: int = 1,
    uids: bytes = b"1",
) -> Script:
    """A server that is well-behaved but for what it says to FETCH, to LIST or of a folder. The first connection of all only adds the
    account."""

    def script(client: Client) -> None:
        client.signed_in()
        while True:
            command = client.command().upper()
            if command.startswith(b"LIST"):
                client.ok(listed)
            elif command.startswith(b"STATUS"):
                client.ok(b"* STATUS INBOX (MESSAGES %d UIDNEXT 2 UIDVALIDITY 7 UNSEEN 1)\r\n" % messages)
            elif command.startswith((b"EXAMINE", b"SELECT")):
                client.ok(b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [UIDNEXT 2] .\r\n" % exists)
            elif command.startswith(b"UID SEARCH"):
                client.ok(b"* SEARCH %s\r\n" % uids)
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


def mail(client: Client) -> None:
    client.ok(
        b'* 1 FETCH (UID 1 FLAGS () INTERNALDATE "05-Nov-2026 10:00:00 +0100" RFC822.SIZE 15 BODY[] {15}\r\nSubject: no\r\n\r\n)\r\n'
    )


def for_nobody(client: Client) -> None:
    client.ok(
        b'* 5 FETCH (UID 4711 FLAGS () INTERNALDATE "05-Nov-2026 10:00:00 +0100" RFC822.SIZE 15 BODY[] {15}\r\nSubject: no\r\n\r\n)\r\n'
    )


def no_body(client: Client) -> None:
    client.ok(
        b'* 1 FETCH (UID 1 FLAGS () INTERNALDATE "05-Nov-2026 10:00:00 +0100" RFC822.SIZE 9 BODY[] NIL)\r\n',
    )


def refused(client: Client) -> None:
    client.ok(text=b"NO not this one")


@pytest.mark.parametrize(
    ("fetch", "sentence", "kept"),
    [
        (cut_short, "hung up in the middle", "breaks off in the middle of messages in the folder “INBOX”"),
        (ninety_nine_gigabytes, "sent more than any mailbox can hold", "larger than Teczka takes"),
        (for_nobody, "", "does not hand over messages in the folder “INBOX”"),  # an answer to nothing is passed over
        (no_body, "", "does not hand over messages in the folder “INBOX”"),
        (refused, "", "does not hand over messages in the folder “INBOX”"),
    ],
)
def test_a_fetch_that_lies_stores_nothing_and_what_did_not_come_is_said_for_as_long_as_it_is_missing(
    teczka: Commands, tmp_path: Path, fetch: Callable[[Client], None], sentence: str, kept: str
) -> None:
    with Hostile(serves(fetch), tls=True) as hostile:
        account_id = teczka.added(hostile, fetch.__name__)
        done = teczka.sync(account_id)
        assert sentence in done.error
        for _ in range(4):
            assert kept in done.error
            assert done.status == 1
            assert json.loads(done.output)["messages"] == 0
            assert teczka.rows("message") == teczka.rows("placement") == teczka.rows("pack") == 0
            done = teczka.sync(account_id)
    assert json.loads(done.output)["stopped"] is None
    assert [problem["params"]["count"] for problem in json.loads(done.output)["problems"]] == [1]
    exported = teczka.run(export.main, "--account", account_id, "--to", str(tmp_path / "out"), "--json")
    assert (exported.status, json.loads(exported.output)["unfetched"]) == (1, 1)
    assert kept in exported.error
    assert "ok  fetching: did not come whole from 127.0.0.1: 1;" in teczka.run(doctor.main).output
    listed = teczka.run(account.main, "list", "--user", teczka.email, "--json")
    assert json.loads(listed.output)["unfetched"] == 1


def test_a_command_that_is_refused_for_one_message_brings_the_others_in_the_same_session(teczka: Commands) -> None:
    """As Gmail does: “Some messages could not be FETCHed”."""

    def all_but_the_second(client: Client) -> None:
        first, _, last = client.lines[-1].split()[3].partition(b":")
        asked = range(int(first), int(last or first) + 1)
        if 2 in asked:
            client.ok(text=b"NO Some messages could not be FETCHed (Failure)")
            return
        dated = (
            b'FLAGS () INTERNALDATE "05-Nov-2026 10:00:00 +0100" RFC822.SIZE 14 BODY[] {14}\r\nSubject: %d\r\n\r\n)\r\n'
        )
        client.ok(b"".join(b"* %d FETCH (UID %d " % (uid, uid) + dated % uid for uid in asked))

    with Hostile(serves(all_but_the_second, messages=3, exists=3, uids=b"1 2 3"), tls=True) as hostile:
        done = teczka.sync(teczka.added(hostile))
        assert len(hostile.clients) == 2  # with the one that added the account
    report = json.loads(done.output)
    assert (done.status, report["messages"], report["stopped"]) == (1, 2, None)
    assert [problem["params"]["count"] for problem in report["problems"]] == [1]


def test_mail_that_a_server_puts_off_is_on_its_way_and_an_export_says_that_it_is_not_there(
    teczka: Commands, tmp_path: Path
) -> None:
    with Hostile(serves(lambda client: client.ok(text=b"NO [THROTTLED] slowly")), tls=True) as hostile:
        account_id = teczka.added(hostile)
        done = teczka.sync(account_id)
    assert (done.status, json.loads(done.output)["problems"]) == (1, [])
    assert json.loads(done.output)["stopped"]["trouble"] == Trouble.SERVER_BUSY
    exported = teczka.run(export.main, "--account", account_id, "--to", str(tmp_path / "out"), "--json")
    assert (exported.status, json.loads(exported.output)["unfetched"]) == (1, 0)
    assert "The folder “INBOX” has not come to its end" in exported.error


def test_a_number_of_messages_that_no_mailbox_holds_is_refused_where_an_account_is_added(teczka: Commands) -> None:
    with Hostile(serves(messages=2**63 - 1), tls=True) as hostile:
        said = teczka.refusal(f"127.0.0.1:{hostile.port}:tls", hostile.server().ca_pem)
    assert "sent more than any mailbox can hold" in said


@pytest.mark.parametrize("exists", [2**31, 2**32 - 1])
def test_a_number_of_messages_that_no_mailbox_holds_is_refused(teczka: Commands, exists: int) -> None:
    with Hostile(serves(exists=exists), tls=True) as hostile:
        done = teczka.sync(teczka.added(hostile))
    assert done.status == 1
    assert "sent more than any mailbox can hold" in done.error


def test_a_folder_s_name_may_hold_anything(teczka: Commands, tmp_path: Path) -> None:
    with Hostile(serves(listed=b'* LIST () "/" {5}\r\na\0b\0c\r\n'), tls=True) as hostile:
        account_id = teczka.added(hostile)
        for _ in range(2):
            done = teczka.sync(account_id)
            assert [problem["folder"] for problem in json.loads(done.output)["problems"]] == ["a\\x00b\\x00c"]
    assert "ok  fetching: folders left out at 127.0.0.1: 1; their owners see which" in teczka.run(doctor.main).output
    exported = teczka.run(export.main, "--account", account_id, "--to", str(tmp_path / "out"))
    assert (
        "The server did not open the folder “a\\x00b\\x00c”. What has not come is not in this export." in exported.error
    )
    assert exported.error.count("is not in this export") == 1  # and not as one that is just coming


def test_a_folder_s_name_that_is_too_long_is_said_and_holds_up_no_other(teczka: Commands) -> None:
    name = Random(1).randbytes(3_000).hex().encode()
    with Hostile(serves(mail, LISTED + b'* LIST () "/" {6000}\r\n' + name + b"\r\n"), tls=True) as hostile:
        done = teczka.sync(teczka.added(hostile))
    assert (done.status, json.loads(done.output)["messages"]) == (1, 1)
    assert f"The name of the folder “{name[:60].decode()}…” is longer than Teczka can keep" in done.error
    assert "folders left out at 127.0.0.1: 1;" in teczka.run(doctor.main).output


@pytest.mark.parametrize(
    ("cause", "sentence"),
    [
        (psycopg.OperationalError("gone"), "The database does not answer."),
        (psycopg.errors.AdminShutdown("gone"), "The database does not answer."),
        (psycopg.errors.ProgramLimitExceeded("too much"), "The database refused what was to be stored."),
    ],
)
def test_only_a_database_that_is_lost_is_said_not_to_answer(
    capsys: pytest.CaptureFixture[str], cause: Exception, sentence: str
) -> None:
    def fail() -> int:
        raise OperationalError(str(cause)) from cause

    assert house.told(fail) == 1
    assert capsys.readouterr().err == f"teczka: {sentence} It said: “{cause}”\n"


def test_nobody_is_waited_for_without_end(teczka: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(sync, "QUIET_SECONDS", 0.0)
    with Hostile(serves(), tls=True) as hostile:
        account_id = teczka.added(hostile)
    (account_pk,) = (account_pk for account_pk, _ in everyones_accounts())
    with leased(account_pk):
        done = teczka.sync(account_id)
    assert (done.status, done.error.count("\n")) == (1, 1)
    assert "does not answer" in done.error


def test_a_server_that_says_nothing(teczka: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "SECONDS", 1.0)
    with Hostile(lambda client: client.wait_for_goodbye(), tls=True) as hostile:
        said = teczka.refusal(f"127.0.0.1:{hostile.port}:tls", hostile.server().ca_pem)
    assert re.fullmatch(
        r"teczka: IMAP, greeting: “127.0.0.1” accepted the connection on port \d+ and then said nothing\. .+\n", said
    )
