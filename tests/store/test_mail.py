"""What the local side of an account leaves on the disk (store/mail.py); the rest is tests/contract/test_local_account.py."""

from datetime import UTC, datetime

import pytest

from teczka.core.errors import LeaseLost
from teczka.core.mail import INBOX, RemoteMessage
from teczka.store import leases
from teczka.store.blobs import blobs
from teczka.store.mail import LocalMail
from teczka.store.models import Account, Lease, Pack
from teczka.store.packs.format import key
from teczka.store.viewer import as_user
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase

WHEN = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def account(own_database: OwnDatabase) -> Account:
    made = make_account(make_cast().anna)
    Lease.objects.create(account=made, epoch=1)
    return made


def batch(uid: int) -> list[RemoteMessage]:
    raw = f"Subject: {uid}\r\n\r\n".encode()
    return [RemoteMessage(uid, frozenset(), WHEN, len(raw), raw)]


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
