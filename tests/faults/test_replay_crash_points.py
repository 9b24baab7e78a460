"""Dying inside the process at every statement, commit and word on the wire of a replay (P3, P4): what was done here is done there once."""

from random import Random

import pytest

from teczka.core.accounts import Mode
from teczka.core.acts import Verb
from teczka.store.models import Account
from teczka.store.viewer import as_user
from tests.cast import make_cast
from tests.conftest import OwnDatabase
from tests.dovecot.accounts import opened
from tests.dovecot.server import Dovecot
from tests.faults.elsewhere import Elsewhere
from tests.faults.interleaved import Interleaved
from tests.faults.lives import EVERY, Points, dies, work
from tests.faults.test_crash_points import report

VERBS = (Verb.STAR, Verb.READ, Verb.MOVE, Verb.COPY, Verb.BIN, Verb.DELETE, Verb.FOLDER_CREATE, Verb.MOVE, Verb.UNDO)
SAMPLE = 3


@pytest.fixture
def play(own_database: OwnDatabase, dovecot: Dovecot) -> Interleaved:
    chance = Random(4)
    mailbox = dovecot.add_user()
    mailbox.create("Sprawy")
    there = Elsewhere(mailbox, chance)
    there.deliver(20)
    owner = make_cast().anna
    account = opened(owner, dovecot, mailbox)
    with as_user(owner.pk):
        Account.objects.filter(pk=account.pk).update(mode=Mode.MANAGED)
    return Interleaved(owner, account, there, chance)


def act(play: Interleaved) -> None:
    for verb in VERBS:
        play.here(verb)
    play.hurry()


@pytest.mark.faults
@pytest.mark.dovecot
def test_a_replay_may_die_at_any_point(play: Interleaved) -> None:
    play.work()
    act(play)
    points = Points(wire=True)
    work(play.account, points, reads=False)
    assert {"wire.send", "wire.receive", "statement", "commit"} <= points.seen
    died = 0
    chosen = range(1, points.count) if EVERY else [round(points.count * (n + 1) / (SAMPLE + 1)) for n in range(SAMPLE)]
    for at in chosen:
        play.there.deliver(2)
        play.work()
        act(play)
        died += dies(play.account, at, wire=True, reads=False)
        play.settle(play.work)
        play.reckon(peaceful=True)
    assert died >= len(chosen) * 0.8  # not every life has as many points
    report(f"{died} crashes, {points.count} points in a replay")
