"""Several worker processes on one database: who keeps which account, and what a worker that was believed dead can still do."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from teczka.actions.accounts import add_account
from teczka.actions.secrets import seal_password
from teczka.core.accounts import Endpoint, NewAccount
from teczka.store.leases import Leases
from teczka.store.models import Account
from teczka.store.server.roles import APP
from teczka.store.viewer import as_user
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase
from tests.database import TestDatabase
from tests.dovecot.dam import Dam
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.letters import letters
from tests.processes import Running, Teczka, until
from tests.remote.imap.hostile import Hostile

ACCOUNTS = 4
MESSAGES = 90
# Who holds which account's lock, by the process that took it last; the lock itself decides.
HELD = """
SELECT l.objid, split_part(x.holder, ':', 2)::int FROM pg_locks l JOIN store_lease x ON x.account_id = l.objid
WHERE l.locktype = 'advisory' AND l.classid = 1 AND l.granted
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Look:
    """The database as its superuser sees it."""

    def __init__(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        self._connection = connection

    def shares(self) -> dict[int, int]:
        """How many accounts each worker process holds."""
        return dict(Counter(int(str(pid)) for _, pid in self._connection.execute(HELD)))

    def count(self, table: str) -> int:
        row = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert row is not None
        return int(str(row[0]))

    def believe_dead(self, worker: int) -> None:
        """Cut the connection that its leases live on, as the database does with a machine that vanished."""
        self._connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1 AND granted"
            " AND objid IN (SELECT account_id FROM store_lease WHERE holder LIKE %s)",
            [f"%:{worker}"],
        )

    def execute(self, statement: str) -> None:
        self._connection.execute(statement)


@pytest.fixture
def look(test_database: TestDatabase, own_database: OwnDatabase) -> Iterator[Look]:
    with psycopg.connect(test_database.server.dsn(own_database.name, "postgres"), autocommit=True) as connection:
        yield Look(connection)


@pytest.fixture
def teczka(own_database: OwnDatabase) -> Teczka:
    """Processes that serve from the test's database; keys and packs lie where this process has them."""
    return Teczka(Path(own_database.environment["TECZKA_DATA"]), own_database.environment)


@contextmanager
def thawed(worker: Running) -> Iterator[None]:
    """Stopped in the middle of whatever it does, and going on afterwards."""
    os.kill(worker.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker.pid, signal.SIGCONT)


def test_workers_share_the_accounts_and_a_killed_one_s_move_within_two_seconds(teczka: Teczka, look: Look) -> None:
    anna = make_cast().anna
    with Hostile(lambda client: client.wait_for_goodbye()) as silent, teczka.running("worker") as first:
        for number in range(ACCOUNTS):
            account = make_account(anna, f"{number}@kancelaria.example", port=silent.port)
            with as_user(anna.pk):
                seal_password(account, "sekret")
        until(lambda: look.shares() == {first.pid: ACCOUNTS}, what="all accounts")
        with teczka.running("worker") as second:
            until(lambda: look.shares() == {first.pid: 2, second.pid: 2}, what="fair shares")
            first.kill()
            until(lambda: look.shares() == {second.pid: ACCOUNTS}, 2, "the killed one's accounts")
            until(lambda: silent.clients, what="a pass that waits for its server")
            status, seconds = second.stop()
            assert status == 0
            assert seconds < 5
            assert look.shares() == {}


def test_a_worker_that_was_believed_dead_writes_nothing_and_the_next_completes_its_work(
    teczka: Teczka, look: Look, dovecot: Dovecot, mailbox: Mailbox
) -> None:
    mailbox.deliver_many(letters(MESSAGES, size=60_000))
    with Dam(dovecot.tls_port, 4_500_000) as dam, teczka.running("worker") as first:
        account = _account(dovecot, mailbox, dam.port)
        until(lambda: look.count("store_message"), what="the first messages")
        with thawed(first):
            look.believe_dead(first.pid)
            leases = Leases()
            until(lambda: leases.try_take(account.pk), 60, "the lease")
            before = look.count("store_message")
            assert before < MESSAGES
            dam.let_through(MESSAGES * 100_000)
        assert first.process.wait(20) == 1
        assert "Traceback" not in first.said()
        assert look.count("store_message") == look.count("store_placement") == before
        leases.close()
        with teczka.running("worker"):
            until(lambda: look.count("store_message") == look.count("store_placement") == MESSAGES, what="all messages")


@pytest.fixture
def sees_through(look: Look) -> Iterator[None]:
    """The serving role as a careless keeper of a database of their own might make it."""
    look.execute(f"ALTER ROLE {APP} BYPASSRLS")
    yield
    look.execute(f"ALTER ROLE {APP} NOBYPASSRLS")


@pytest.mark.usefixtures("sees_through")
@pytest.mark.parametrize("command", [["web", "--port", "0"], ["worker"]])
def test_a_role_that_sees_through_the_walls_is_refused(teczka: Teczka, command: list[str]) -> None:
    done = teczka.tried(*command)
    assert done.returncode == 1
    assert "sees through row-level security" in done.stderr


def _account(dovecot: Dovecot, mailbox: Mailbox, port: int) -> Account:
    new = NewAccount(
        address="anna@kancelaria.example",
        username=mailbox.username,
        password=mailbox.password,
        incoming=Endpoint("localhost", port, "tls"),
        ca_pem=dovecot.ca_pem,
    )
    return add_account(make_cast().anna, new)
