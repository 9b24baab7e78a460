"""The test as whoever speaks for an account just now."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from teczka.store.leases import Lease, Leases
from teczka.store.models import Account


@contextmanager
def leased(account_id: int) -> Iterator[Lease]:
    leases = Leases(sharing=False)
    try:
        lease = leases.try_take(account_id)
        assert lease is not None
        yield lease
    finally:
        leases.close()


@pytest.fixture
def lease(account: Account) -> Iterator[Lease]:
    with leased(account.pk) as held:
        yield held
