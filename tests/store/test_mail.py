"""What the local side of an account leaves on the disk (store/mail.py); the rest is tests/contract/test_local_account.py."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection

from teczka.core.errors import LeaseLost
from teczka.core.mail import INBOX, RemoteMessage
from teczka.store import leases
from teczka.store.blobs import blobs
from teczka.store.mail import LocalMail
from teczka.store.models import Account, Lease, Pack
from teczka.store.packs.durable import Buffer
from teczka.store.packs.format import key
from teczka.store.placements import flag_columns, flags_of
from teczka.store.viewer import as_user
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase
from tests.store.packs.memory import MemoryBlobs
from tests.store.servers import until

WHEN = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def account(own_database: OwnDatabase) -> Account:
    made = make_account(make_cast().anna)
    Lease.objects.create(account=made, epoch=1)
    return made


def batch(uid: int) -> list[RemoteMessage]:
    raw = f"Subject: {uid}\r\n\r\n".encode()
    return [RemoteMessage(uid, frozenset(), WHEN, len(raw), raw)]


class SideBySide(MemoryBlobs):
    """Nothing is put before something else is about to be."""

    def __init__(self, incoming: Path) -> None:
        super().__init__(incoming)
        self._both = Barrier(2)

    def put(self, key: str, pieces: Sequence[Buffer]) -> None:
        self._both.wait(20)
        super().put(key, pieces)


def test_one_batch_is_packed_while_another_waits_for_the_disk(account: Account, tmp_path: Path) -> None:
    local = LocalMail(account, 1, SideBySide(tmp_path))
    folder = local.save_folders([INBOX])[0]
    kept = [local.keep(batch(1)), local.keep(batch(2))]
    assert [local.add(folder, 1, one) for one in kept] == [1, 1]
    local.close()


def test_between_passes_the_packers_hold_no_connection(account: Account) -> None:
    local = LocalMail(account, 1, blobs())
    folder = local.save_folders([INBOX])[0]
    before = connections_here()
    for uid in (1, 2):
        assert local.add(folder, 1, local.keep(batch(uid))) == 1
        assert connections_here() > before
        local.rest()
        until(lambda: connections_here() == before)
    local.close()


def connections_here() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def test_the_columns_of_many_flags_are_not_remembered_and_those_of_few_are() -> None:
    """As many as a server that nobody trusts likes to tell."""
    few, many = frozenset({"\\Seen", "$Label1"}), frozenset(f"k{number}" for number in range(200))
    assert flag_columns(few) is flag_columns(few)
    assert flag_columns(many) is not flag_columns(many)
    assert flags_of(flag_columns(many)) == many


def test_bytes_that_came_to_no_row_do_not_stay_behind(account: Account) -> None:
    before = set(blobs().list())
    local = LocalMail(account, 1, blobs())
    folder = local.save_folders([INBOX])[0]
    local.add(folder, 1, local.keep(batch(1)))
    refused, unused = local.keep(batch(2)), local.keep(batch(3))
    with as_user(account.owner_id):
        leases.revoke(account.pk)  # as pausing and deleting do
    with pytest.raises(LeaseLost):
        local.add(folder, 1, refused)
    unused.arrival.result()
    local.close()
    with as_user(account.owner_id):
        kept = {key(pack.pk) for pack in Pack.objects.all()}
    assert {name for name, _ in set(blobs().list()) - before} == kept
    assert len(kept) == 1
