"""Dying inside the process at every write and commit point of a POP3 pass (P1, P2, P4): the first one, and one in which all names have
changed, some messages went and some came."""

import pytest

from teczka.actions.secrets import seal_password
from teczka.actions.verify import verify_all
from teczka.core.accounts import Protocol
from teczka.store.models import Account, Message, Placement
from teczka.store.viewer import as_user
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.faults.lives import EVERY, Points, dies, raw_message, work
from tests.faults.test_crash_points import chosen, report, start_over

MESSAGES = 260 if EVERY else 50


def an_account(dovecot: Dovecot, mailbox: Mailbox) -> Account:
    owner = make_cast().anna
    account = make_account(
        owner,
        protocol=Protocol.POP3,
        port=dovecot.pop3s_port,
        username=mailbox.username,
        ca_pem=dovecot.ca_pem,
    )
    with as_user(owner.pk):
        seal_password(account, mailbox.password)
    return account


def fill(mailbox: Mailbox) -> None:
    mailbox.deliver_many(raw_message(number) for number in range(MESSAGES))
    mailbox.deliver_many(raw_message(number) for number in range(20))  # the same bytes again
    mailbox.uids()


def change(mailbox: Mailbox, first: int) -> None:
    mailbox.expunge(mailbox.uids()[3:9])
    mailbox.deliver_many(raw_message(number) for number in range(first, first + 10))
    mailbox.change_uidvalidity()  # of which Dovecot makes the names


def equal_to_the_server(account: Account, mailbox: Mailbox, ever: set[str]) -> None:
    """As often here as there, by SHA-256; whatever was ever there is in sight, once or as often as it is there."""
    there = sorted(held.sha256 for held in mailbox.listing(["INBOX"]))
    ever |= set(there)
    with as_user(account.owner_id):
        placed = Placement.objects.filter(gone_at=None, folder__account=account).select_related("message")
        ours = [(bytes(one.message.sha256).hex(), one.left_at is None) for one in placed]
        stored = {bytes(one).hex() for one in Message.objects.values_list("sha256", flat=True)}
    assert sorted(digest for digest, here in ours if here) == there
    assert {digest for digest, _ in ours} == ever == stored
    found = verify_all()
    assert found.clean, found.faults


@pytest.mark.faults
@pytest.mark.dovecot
def test_a_first_pop3_pass_that_dies_at_any_point_loses_and_doubles_nothing(
    own_database: OwnDatabase, dovecot: Dovecot
) -> None:
    mailbox = dovecot.add_user("popcrash")
    fill(mailbox)
    account, points = an_account(dovecot, mailbox), Points()
    work(account, Points())
    equal_to_the_server(account, mailbox, set())
    start_over(account)
    work(account, points)  # as those lives are that die
    died = 0
    tried = chosen(points.count) if EVERY else chosen(points.count)[1::2]
    for at in tried:
        start_over(account)
        died += dies(account, at)
        work(account, Points())
        equal_to_the_server(account, mailbox, set())
    assert died >= len(tried) * 0.5  # batches are cut by time: a life may end before its last point, one of two
    report(f"{died} crashes, {points.count} points in a first POP3 pass and its reading")


@pytest.mark.faults
@pytest.mark.dovecot
def test_a_pop3_pass_over_other_names_may_die_at_any_point(own_database: OwnDatabase, dovecot: Dovecot) -> None:
    mailbox = dovecot.add_user("popchanging")
    fill(mailbox)
    account, ever = an_account(dovecot, mailbox), set[str]()
    work(account, Points())
    equal_to_the_server(account, mailbox, ever)
    at, tried, more = 1, 0, True
    while more and tried < (10_000 if EVERY else 2):
        change(mailbox, 10_000 + 100 * tried)
        more = dies(account, at)
        work(account, Points())
        equal_to_the_server(account, mailbox, ever)
        at, tried = at + (1 if EVERY else 13), tried + 1
    assert tried > 1
    report(f"{tried} crashes in POP3 passes over other names")
