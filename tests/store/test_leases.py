"""One speaker per account (store/leases.py)."""

from collections.abc import Iterator

import psycopg
import pytest

from teczka.store.leases import Leases
from teczka.store.models import Account
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase


@pytest.fixture
def account(own_database: OwnDatabase) -> Account:
    return make_account(make_cast().anna)


@pytest.fixture
def two(account: Account) -> Iterator[tuple[Leases, Leases]]:
    first, second = Leases(), Leases()
    yield first, second
    first.close()
    second.close()


def test_an_account_has_one_speaker_and_each_taking_raises_the_epoch(
    account: Account, two: tuple[Leases, Leases]
) -> None:
    first, second = two
    lease = first.try_take(account.pk)
    assert lease is not None
    assert second.try_take(account.pk) is None
    assert first.try_take(account.pk) == lease
    first.release(lease)
    taken = second.try_take(account.pk)
    assert taken is not None
    assert taken.epoch > lease.epoch
    assert first.held == []
    assert second.held == [taken]


def test_a_worker_whose_connection_is_cut_learns_it_and_another_takes_over(
    account: Account, two: tuple[Leases, Leases], own_database: OwnDatabase
) -> None:
    first, second = two
    lease = first.try_take(account.pk)
    assert lease is not None
    assert first.workers() == 2
    with psycopg.connect(own_database.url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND classid = 1",
            [account.pk],
        )
    with pytest.raises(psycopg.OperationalError):
        first.workers()
    taken = second.try_take(account.pk)
    assert taken is not None
    assert taken.epoch > lease.epoch


def test_releasing_what_another_holds_frees_nothing(account: Account, two: tuple[Leases, Leases]) -> None:
    first, second = two
    lease = first.try_take(account.pk)
    assert lease is not None
    second.release(lease)
    assert second.try_take(account.pk) is None


def test_a_command_that_speaks_for_one_account_takes_no_share_of_the_others(account: Account) -> None:
    worker, command = Leases(), Leases(sharing=False)
    try:
        assert command.try_take(account.pk) is not None
        assert worker.workers() == 1
        assert worker.try_take(account.pk) is None
    finally:
        worker.close()
        command.close()
