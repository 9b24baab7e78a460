"""Acts here and there, crashes and cut connections in any order. `python -m tests.faults.interleavings` does it at length, and kills."""

import json
import os
import sys
import time
from pathlib import Path
from random import Random

import pytest

from teczka.actions.asking import ask
from teczka.actions.verify import verify_all
from teczka.core.accounts import Mode
from teczka.store.models import Account, FetchRequest
from teczka.store.viewer import as_user
from tests.cast import make_cast
from tests.conftest import OwnDatabase
from tests.dovecot.accounts import opened
from tests.dovecot.server import Dovecot
from tests.faults.elsewhere import Elsewhere
from tests.faults.interleaved import Interleaved
from tests.processes import Teczka, until

CHOSEN = json.loads(os.environ.get("TECZKA_INTERLEAVINGS", "{}"))
ROUNDS = CHOSEN.get("rounds", 4)
KILLS = CHOSEN.get("kills", 0)
SEED = CHOSEN.get("seed", 11)


@pytest.fixture
def play(own_database: OwnDatabase, dovecot: Dovecot) -> Interleaved:
    chance = Random(SEED)
    mailbox = dovecot.add_user()
    mailbox.create("Sprawy")
    there = Elsewhere(mailbox, chance)
    there.deliver(16)
    owner = make_cast().anna
    account = opened(owner, dovecot, mailbox)
    with as_user(owner.pk):
        Account.objects.filter(pk=account.pk).update(mode=Mode.MANAGED)
    play = Interleaved(owner, account, there, chance)
    play.work()
    return play


@pytest.mark.faults
def test_both_sides_are_equal_whatever_happened_in_whatever_order(play: Interleaved) -> None:
    began = time.monotonic()
    for number in range(ROUNDS):
        if number % 20 == 19:
            play.renumber()
        try:
            play.round()
        except BaseException:
            sys.stderr.write(f"seed {SEED}, round {number}\n")
            raise
    assert verify_all().clean
    tell(play, began, rounds=ROUNDS)


@pytest.mark.faults
@pytest.mark.skipif(not KILLS, reason="python -m tests.faults.interleavings")
def test_a_worker_that_is_killed_again_and_again_leaves_both_sides_equal(
    play: Interleaved, own_database: OwnDatabase
) -> None:
    """`kill -9` while it repeats what is done here and fetches what is done there. The next one has to find out."""
    began = time.monotonic()
    teczka = Teczka(Path(own_database.environment["TECZKA_DATA"]), own_database.environment)
    worker = teczka.start("worker")
    try:
        for kill in range(KILLS):
            fetched(play.account)  # it is at work: the kill shall hit it in the middle of that
            for _ in range(play.chance.randrange(2, 8)):
                play.chance.choice((play.here, play.here, play.here, play.busy_elsewhere))()
                time.sleep(play.chance.random() * 0.1)  # no wait: the moment of the kill is to be random
            worker.kill()
            play.did["kill"] += 1
            worker = teczka.start("worker")
            if kill % 5 == 4 or kill == KILLS - 1:
                play.settle(lambda: fetched(play.account))
                play.reckon(peaceful=False)
    except BaseException:
        sys.stderr.write(f"seed {SEED}, kill {play.did['kill']}\n{worker.said()[-3000:]}\n")
        raise
    finally:
        worker.kill()
    assert verify_all().clean
    tell(play, began, kills=KILLS)


def fetched(account: Account) -> None:
    """A pass by the worker, from now on."""
    request = ask(account)

    def answered() -> bool:
        with as_user(account.owner_id):
            return FetchRequest.objects.get(pk=request.pk).done_at is not None

    until(answered, 60, "a pass")


def tell(play: Interleaved, began: float, **chosen: int) -> None:
    told = {"faults_test": "interleavings", "seed": SEED, **chosen, **dict(sorted(play.did.items()))}
    told |= {"there": dict(play.there.acts), "seconds": round(time.monotonic() - began, 1)}
    sys.stdout.write(json.dumps(told) + "\n")
