"""SIGKILLs of a real worker while it applies a rule to old mail, and while it takes that back: what has become of every message after each
of them."""

import os
import signal
import time
from collections import Counter
from functools import partial
from random import Random
from uuid import UUID

from teczka.actions import rule_runs
from teczka.core.rules import RunState
from tests.processes import Teczka, until
from tests.rule_at_work import AtWork

MOMENTS = 0.4  # seconds that some steps take
SECONDS = 120.0
ENDS = (RunState.DONE, RunState.UNDONE)


def survive(teczka: Teczka, work: AtWork, kills: int, seed: int) -> Counter[str]:
    """A run, and its undo, and the next run, each killed wherever it is. Raises AssertionError where a message is half done, or twice."""
    random, told = Random(seed), Counter[str]()
    run = work.begun()
    while told["kills"] < kills:
        with teczka.running("worker") as worker:
            until(partial(_moved, work, run, _progress(work, run)), SECONDS, "a step of the run")
            time.sleep(random.random() * MOMENTS)  # no wait for anything: the moment is to be any moment of a step
            os.kill(worker.pid, signal.SIGKILL)
        told["kills"] += 1
        state = work.run(run).state
        told[f"kills while {state}"] += 1
        told["looks"] += 1
        work.done()
        if state in ENDS:
            run = _turn(work, run, told)
    with teczka.running("worker") as worker:
        for _ in range(2):
            until(partial(_ended, work, run), SECONDS, f"the end of the run: {worker.said()[-2000:]}")
            if work.run(run).state == RunState.DONE:
                assert work.done() == work.meant
                run = _turn(work, run, told)
    assert work.told() == work.before
    return told


def _turn(work: AtWork, run: UUID, told: Counter[str]) -> UUID:
    """What was done is taken back; what was taken back is done again."""
    if work.run(run).state == RunState.DONE:
        assert work.done() == work.meant
        rule_runs.undo(work.owner, run)
        return run
    assert work.told() == work.before
    told["rounds"] += 1
    return work.begun()


def _ended(work: AtWork, run: UUID) -> bool:
    return work.run(run).state in ENDS


def _moved(work: AtWork, run: UUID, since: tuple[object, ...]) -> bool:
    return _progress(work, run) != since


def _progress(work: AtWork, run: UUID) -> tuple[object, ...]:
    """Moves with each step of either way."""
    row = work.run(run)
    return row.state, row.seen, len(work.hits()) if row.state == RunState.UNDOING else 0
