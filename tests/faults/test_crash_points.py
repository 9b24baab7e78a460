"""Dying inside the process at every write and commit point (P1, P2, P4)."""

import sys

import pytest
from django.db import connection

from teczka.store.models import Account, Message
from teczka.store.viewer import as_user
from tests.conftest import OwnDatabase
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.faults.lives import EVERY, PACKED, Points, an_account, change, dies, equal_to_the_server, fill, work

SAMPLE = 4  # of the first sync; half as many of the pass over what changed


@pytest.fixture(scope="module")
def filled(dovecot: Dovecot) -> Mailbox:
    made = dovecot.add_user("crash")
    fill(made)
    return made


@pytest.fixture
def account(own_database: OwnDatabase, dovecot: Dovecot, filled: Mailbox) -> Account:
    return an_account(dovecot, filled)


def chosen(count: int) -> list[int]:
    """Every point, or some from the first to the last."""
    return list(range(1, count + 1)) if EVERY else [1 + at * (count - 1) // (SAMPLE - 1) for at in range(SAMPLE)]


@pytest.mark.faults
@pytest.mark.dovecot
def test_a_worker_that_dies_at_any_point_loses_and_doubles_nothing(
    account: Account, dovecot: Dovecot, filled: Mailbox
) -> None:
    work(account, Points())
    equal_to_the_server(account, filled)
    start_over(account)
    points = Points()
    work(account, points)  # what is new of an account once is behind it: this life is as those are that die
    first = points.count
    assert points.seen - PACKED == {"commit", "statement", "os.fsync", "os.rename"}
    assert points.seen & PACKED
    tried = died = twice = 0
    for at in chosen(first):
        start_over(account)
        died += dies(account, at)
        if EVERY:
            twice += dies(account, 1 + at * 7 % first)  # the one that came to mend it dies, too
        work(account, Points())
        equal_to_the_server(account, filled)
        tried += 1
    assert died >= tried * 0.75  # batches are cut by time, too: on a busy machine a life may end before its last point
    report(f"{died} + {twice} crashes, {first} points in a first sync and its reading")


@pytest.mark.faults
@pytest.mark.dovecot
def test_a_pass_over_what_changed_may_die_at_any_point(own_database: OwnDatabase, dovecot: Dovecot) -> None:
    at, tried, twice, more = 1, 0, 0, True
    step = 1 if EVERY else 17
    mailbox = dovecot.add_user("changing")
    fill(mailbox, 80 if EVERY else 50)
    account = an_account(dovecot, mailbox)
    work(account, Points())
    while more and tried < (10_000 if EVERY else SAMPLE // 2):
        change(mailbox)
        more = dies(account, at)
        if EVERY:
            twice += dies(account, 1 + at // 2)
        work(account, Points())
        equal_to_the_server(account, mailbox)
        at, tried = at + step, tried + 1
    report(f"{tried} + {twice} crashes in passes over what changed")


def report(told: str) -> None:
    """Seen with -s."""
    sys.stdout.write(told + "\n")


def start_over(account: Account) -> None:
    """As if it had never been fetched. The packs stay, as orphans: they harm nobody."""
    with as_user(account.owner_id), connection.cursor() as cursor:
        for table in ("grant", "text", "terms", "part", "placement", "fetchtrouble"):
            cursor.execute(f"DELETE FROM store_{table}")
        for table in ("message", "threadlink", "thread", "pack", "folder"):
            cursor.execute(f"DELETE FROM store_{table}")
        assert not Message.objects.exists()
