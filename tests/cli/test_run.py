"""`teczka run`: everything together, and what becomes of it when parts are killed."""

import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import psycopg
import pytest

from teczka.cli import listening, migrate, processes, run, web
from teczka.core.settings import read
from teczka.store.secrets import Keys
from tests.database import migrated
from tests.dovecot.dam import Dam
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.letters import letters
from tests.processes import ADDRESS, CHILDREN, Running, Teczka, alive, empty, until
from tests.stock import copied
from tests.store.servers import GIVEN, cluster

pytestmark = pytest.mark.usefixtures("unguarded")


class House(NamedTuple):
    teczka: Teczka
    running: Running


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """Started on a database with nobody in it. On a folder that is not there: tests/cli/test_demo.py."""
    with empty() as teczka:
        copied(migrated(), teczka.data)
        with teczka.running("run", "--port", "0") as running:
            running.await_web()
            yield House(teczka, running)


@pytest.fixture(scope="module")
def joined(house: House) -> object:
    """What a command told that somebody was added by while the house ran."""
    return house.teczka("user", "add", ADDRESS, "--name", "Anna", "--office", "Kancelaria")


def test_the_first_run_prints_a_link_that_opens(house: House) -> None:
    link = re.search(r"First run: http://localhost:\d+(/setup/\S+/)", house.running.said())
    assert link
    assert house.running.get(link[1]) == 200
    assert house.running.get("/setup/another/") == 404


def test_two_on_one_folder_are_told_apart(house: House) -> None:
    second = house.teczka.tried("run", "--port", "0")
    assert second.returncode == 1
    folder = house.teczka.data
    assert f"Another Teczka (process {house.running.pid}) runs on the data folder {folder}." in second.stderr
    assert "Traceback" not in second.stderr


def test_a_command_joins_a_running_folder(house: House, joined: dict[str, str]) -> None:
    assert joined["office"] == "Kancelaria"
    assert house.running.process.poll() is None


@pytest.mark.parametrize(
    ("address", "name", "say", "said"),
    [
        (ADDRESS.upper(), "Anna", "", f"Somebody signs in as {ADDRESS.upper()} already."),
        ("jan@lipowa.example", " ", "", "Say what the person is called with --name."),
        ("jan@lipowa.example", "Jan", "krótkie", "This password is too short."),
    ],
)
@pytest.mark.usefixtures("joined")
def test_why_nobody_was_added_is_told(house: House, address: str, name: str, say: str, said: str) -> None:
    done = house.teczka.tried("user", "add", address, "--name", name, *(["--password-stdin"] if say else []), say=say)
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr


@pytest.mark.usefixtures("joined")
def test_the_keeper_lets_somebody_in_by_their_password_alone(house: House) -> None:
    refused = house.teczka.tried("user", "second-factor-off", ADDRESS)
    assert (refused.returncode, refused.stderr) == (1, f"teczka: Nobody signs in as {ADDRESS} by a second factor.\n")
    with psycopg.connect(house.teczka.dsn(), autocommit=True) as look:
        look.execute("UPDATE store_user SET second_factor_at = now() WHERE email = %s", [ADDRESS])
        told = house.teczka("user", "second-factor-off", ADDRESS)
        assert (told["email"], told["second_factor"]) == (ADDRESS, False)
        left = look.execute("SELECT second_factor_at FROM store_user WHERE email = %s", [ADDRESS]).fetchone()
    assert left == (None,)


@pytest.mark.parametrize("word", ["web", "reader"])
def test_a_killed_child_runs_again(house: House, word: str) -> None:
    """The worker: tests/faults/test_kills.py, and there the parent, too."""
    before = until(lambda: house.running.child(word), what=word)
    os.kill(before, signal.SIGKILL)
    until(lambda: house.running.child(word) not in {0, before}, what=word)
    house.running.await_web()


@pytest.mark.usefixtures("joined")
def test_a_killed_database_runs_again_as_soon_as_it_can(house: House) -> None:
    """Without a file that it needs, as on a disk that is full, and of which somebody makes room later."""
    before, running = house.teczka.database(), house.running
    needed = house.teczka.data / "database" / "global" / "pg_control"
    needed.rename(needed.with_name("aside"))
    os.kill(before, signal.SIGKILL)
    until(lambda: "It is tried again until it starts." in running.said(), what="that it did not start")
    assert running.process.poll() is None
    needed.with_name("aside").rename(needed)
    until(lambda: "the database runs again" in running.said(), what="the database")
    assert running.said().count("the database ended; started again") == 1
    assert house.teczka.database() not in {0, before}
    assert house.teczka.tried("account", "list", "--user", ADDRESS).stderr == ""
    until(lambda: house.running.get("/sign-in/") == 200, what="a page of the new database")


@pytest.mark.usefixtures("joined")
def test_it_stops_soon_in_the_middle_of_a_first_sync_and_leaves_nobody(
    house: House, dovecot: Dovecot, mailbox: Mailbox
) -> None:
    """The last of the house: it ends here."""
    mailbox.deliver_many(letters(90, size=60_000))
    until(lambda: len(house.teczka.everyone(house.running)) == 2 + len(CHILDREN), what="parent, children and database")
    pids = house.teczka.everyone(house.running)
    with Dam(dovecot.tls_port, 4_500_000) as dam:
        house.teczka.add_account(dovecot, mailbox, port=dam.port)
        with psycopg.connect(house.teczka.dsn(), autocommit=True) as look:
            until(lambda: _stored(look) > 0, what="messages")
            assert _stored(look) < 90
        status, seconds = house.running.stop()
    assert status == 0
    assert seconds < 10  # what has not ended after 4.5 is killed; a busy machine takes its time even for that
    assert not any(map(alive, pids))


def test_a_command_on_a_folder_that_was_never_migrated_says_so() -> None:
    with empty() as teczka:
        copied(cluster(GIVEN).parent, teczka.data)
        done = teczka.tried("account", "list", "--user", ADDRESS)
        assert done.returncode == 1
        assert "Start `teczka run`, or run `teczka migrate`." in done.stderr
        assert not teczka.database()


def test_what_other_machines_copy_is_there_once_the_database_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = "postgresql://teczka_app@nowhere/teczka"
    ours = {"TECZKA_DATA": str(tmp_path), "TECZKA_DATABASE_URL": there, "TECZKA_DATABASE_OWNER_URL": there}
    monkeypatch.setattr(migrate, "settings", lambda: read(ours))
    monkeypatch.setattr(migrate, "migrate", lambda _url: None)
    assert migrate.main([]) == 0
    assert Keys(tmp_path / "keys").newest()


def test_a_taken_port_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "PATIENCE_SECONDS", 0.3)
    with empty() as teczka, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = teczka.tried("run", "--port", str(port))
        assert done.returncode == 1
        sentence = f"Port {port} of 127.0.0.1 is taken by another program. Choose another with --port."
        assert done.stderr == f"teczka: {sentence}\n"


def test_whatever_fails_is_tried_again_after_half_a_minute_at_most() -> None:
    assert [processes.pause(failures) for failures in (0, 1, 2, 5, 5_000)] == [0, 1, 3, 30, 30]


@pytest.mark.parametrize("command", [run, web])
def test_a_port_that_is_none_is_told(command: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    for given in ("99999", "-1", "http"):
        with pytest.raises(SystemExit):
            command.main(["--port", given])
        assert "a port is a number from 0 to 65535" in capsys.readouterr().err


def _stored(look: psycopg.Connection[tuple[object, ...]]) -> int:
    row = look.execute("SELECT count(*) FROM store_message").fetchone()
    assert row is not None
    return int(str(row[0]))
