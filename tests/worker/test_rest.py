"""What a worker does when an account changes its state while it is kept: the owner pauses or deletes it, or its server goes away."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from teczka.actions.accounts import add_account, reconnect_account
from teczka.actions.asking import ask
from teczka.actions.rest import delete_account, pause_account, resume_account, take_back
from teczka.actions.verify import verify_all
from teczka.core.accounts import Endpoint, Farewell, NewAccount, State
from teczka.core.errors import Trouble
from teczka.store.blobs import blobs
from teczka.store.models import Account, Placement
from teczka.store.viewer import as_user
from tests.cast import Cast, make_cast
from tests.conftest import OwnDatabase
from tests.dovecot.dam import Dam
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.letters import letters
from tests.processes import Running, Teczka, until

pytestmark = pytest.mark.dovecot
MESSAGES = 120
AT_FIRST = (
    4_500_000  # bytes that come of them: the newest fifty, which are a batch of their own, and some of the others
)
AT_ONCE = 3.0  # seconds; the workers poll every five minutes


@pytest.fixture
def cast(own_database: OwnDatabase) -> Cast:
    return make_cast()


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    """One that may be stopped without disturbing others."""
    with Dovecot() as started:
        yield started


@pytest.fixture
def box(server: Dovecot) -> Mailbox:
    return server.add_user()


@pytest.fixture
def account(cast: Cast, server: Dovecot, box: Mailbox) -> Account:
    return added(cast, server, box, server.tls_port)


def added(cast: Cast, server: Dovecot, box: Mailbox, port: int) -> Account:
    return add_account(
        cast.anna,
        NewAccount(
            address="anna@poczta.example",
            username=box.username,
            password=box.password,
            incoming=Endpoint("localhost", port, "tls"),
            ca_pem=server.ca_pem,
        ),
    )


@pytest.fixture
def worker(own_database: OwnDatabase, account: Account) -> Iterator[Running]:
    teczka = Teczka(Path(own_database.environment["TECZKA_DATA"]), own_database.environment)
    with teczka.running("worker") as running:
        until(lambda: state(account) == (State.WORKING, ""), what="the first pass")
        yield running


def state(account: Account) -> tuple[str, str]:
    with as_user(account.owner_id):
        account.refresh_from_db()
    return account.state, account.trouble


def kept() -> bool:
    """Whether any worker holds the account."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1 AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return bool(cursor.fetchone() != (0,))


def connected(server: Dovecot, mailbox: str) -> int:
    """How many of this user's sessions the server has open, by its log."""
    ended = [
        line
        for line in server.log().splitlines()
        if f"imap({mailbox})" in line and ("Logged out" in line or "Disconnected" in line)
    ]
    return sessions(server, mailbox) - len(ended)


def sessions(server: Dovecot, mailbox: str) -> int:
    """How often the server let this user in."""
    return server.log().count(f"Login: user=<{mailbox}>")


@pytest.mark.usefixtures("worker")
def test_a_server_that_goes_away_is_told_without_waiting_for_the_next_poll(account: Account, server: Dovecot) -> None:
    server.stop()
    try:
        until(lambda: state(account) == (State.TROUBLED, Trouble.CONNECT_FAILED), 30, "the trouble")
    finally:
        server.start()
    ask(account)
    until(lambda: state(account) == (State.WORKING, ""), AT_ONCE, "the end of the trouble")


@pytest.mark.usefixtures("worker")
def test_a_paused_or_deleted_account_is_dropped_at_once_and_its_server_is_asked_nothing_more(
    cast: Cast, account: Account, server: Dovecot
) -> None:
    until(kept, what="the keeper")
    pause_account(cast.anna, account.public_id)
    until(lambda: not kept(), AT_ONCE, "the end of the lease")
    resume_account(cast.anna, account.public_id)
    until(kept, AT_ONCE, "the keeper's return")
    delete_account(cast.anna, account.public_id, Farewell.ARCHIVE)
    until(lambda: not kept(), AT_ONCE, "the end of the lease")
    until(lambda: not connected(server, account.username), AT_ONCE, "the end of the connections")
    take_back(cast.anna, account.public_id)
    until(kept, AT_ONCE, "the keeper's return")
    before = sessions(server, account.username)
    assert state(account) == (State.NEEDS_OWNER, Trouble.SECRET_MISSING)
    reconnect_account(cast.anna, account.public_id, password="sekret-do-poczty")
    until(lambda: sessions(server, account.username) > before + 1, AT_ONCE, "the keeper's sign-in")
    until(lambda: state(account) == (State.WORKING, ""), AT_ONCE, "the pass")


def test_paused_and_resumed_in_the_middle_of_a_download_all_mail_comes_once(
    own_database: OwnDatabase, cast: Cast, server: Dovecot, box: Mailbox
) -> None:
    box.deliver_many(letters(MESSAGES, size=60_000))
    packs = set(blobs().list())
    teczka = Teczka(Path(own_database.environment["TECZKA_DATA"]), own_database.environment)
    with Dam(server.tls_port, AT_FIRST) as dam, teczka.running("worker") as running:
        account = added(cast, server, box, dam.port)
        for more in (AT_FIRST // 10, AT_FIRST // 10, MESSAGES * 100_000):
            until(lambda: stored(account) > 0 and dam.is_full, what="some messages")
            assert stored(account) < MESSAGES
            pause_account(cast.anna, account.public_id)
            until(lambda: not kept(), AT_ONCE, "the end of the lease")
            resume_account(cast.anna, account.public_id)
            dam.let_through(more)
        until(lambda: stored(account) == MESSAGES and state(account) == (State.WORKING, ""), what="all messages")
        assert "Traceback" not in running.said()
    found = verify_all()
    assert found.clean, found.faults
    assert {name for name, _ in set(blobs().list()) - packs} & set(found.orphans) == set()


def stored(account: Account) -> int:
    with as_user(account.owner_id):
        return Placement.objects.filter(folder__account=account, gone_at=None).count()
