"""Killed at random moments of a first sync, it loses and doubles nothing (P1, P4). `python -m tests.faults.kills` does it at length."""

import pytest

from tests.dovecot.dam import Dam
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.faults.kills import survive
from tests.letters import letters
from tests.processes import prepared


@pytest.mark.faults
@pytest.mark.usefixtures("unguarded")
def test_a_first_sync_that_is_killed_three_times_equals_the_server(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.deliver_many(letters(150, size=60_000))
    with Dam(dovecot.tls_port, 4_500_000) as dam, prepared() as teczka:
        outcome = survive(teczka, dovecot, mailbox, kills=3, seed=2, spread=0.3, dam=dam)
    assert outcome.whole, outcome
    assert outcome.kills == {"worker": 1, "parent": 1, "database": 1}
    assert outcome.in_first_sync == 3
