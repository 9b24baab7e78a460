"""A worker that dies while a rule is applied to old mail, or taken back: to each message everything was done once, or nothing. And pages
that die while somebody asks for that. At length: `python -m tests.faults.rule_runs --kills 100 --seed 7`."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection

from teczka.actions import rule_runs
from teczka.core.rules import RunState
from teczka.store.models import RuleRun
from teczka.store.queries.rule_runs import runs
from tests.cast import make_cast
from tests.conftest import OwnDatabase
from tests.faults.lives import EVERY, Points
from tests.faults.rule_run_kills import survive
from tests.faults.test_crash_points import report
from tests.processes import Teczka
from tests.rule_at_work import AtWork, at_work

KILLS = int(os.environ.get("TECZKA_RULE_RUNS_KILLS", "1"))
MESSAGES = int(os.environ.get("TECZKA_RULE_RUNS_MESSAGES", "150"))
SEED = int(os.environ.get("TECZKA_RULE_RUNS_SEED", "1"))
STRIDE = 1 if EVERY else 13  # the suite dies at each thirteenth point, beginning at another one in each step


class Killed(BaseException):
    """As a kill would: nothing catches it."""


class Deaths(Points):
    """Within this process: its connection is gone, whatever it was about to say to it."""

    def reach(self, name: str) -> None:
        self.count += 1
        self.seen.add(name)
        if self.at and self.count >= self.at:
            raise Killed


@pytest.fixture
def work(own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> AtWork:
    monkeypatch.setattr(rule_runs, "LOOKED_AT", 4)
    return at_work(make_cast(), 8)


def dies(doing: Callable[[], object], at: int) -> bool:
    """False where it came to its end before this point."""
    points = Deaths(at)
    try:
        with points.installed():
            doing()
    except BaseException:  # Django stumbles over a transaction that can be ended neither way
        if points.count < at:
            raise
        connection.in_atomic_block = False
        connection.close()
        return True
    return False


def every_step_dies(work: AtWork, run: UUID, end: RunState) -> int:
    """Each step at every point, or a sample of them, until one comes to its end: nothing of it must have been done before. How many."""
    deaths = steps = 0
    while (row := work.run(run)).state != end:
        before = work.told(), work.hits(), row.before_id, row.seen, row.matched, row.state
        at = 1 + steps % STRIDE
        while dies(lambda pk=row.pk: rule_runs.step(pk, work.owner.pk), at):  # type: ignore[misc]
            now = work.run(run)
            assert (work.told(), work.hits(), now.before_id, now.seen, now.matched, now.state) == before
            deaths, at = deaths + 1, at + STRIDE
        steps += 1
        work.done()
    return deaths


@pytest.mark.faults
def test_a_run_may_die_at_any_point_and_so_may_its_undo(work: AtWork) -> None:
    run = work.begun()
    deaths = every_step_dies(work, run, RunState.DONE)
    assert work.done() == work.meant
    assert work.run(run).matched == len(work.meant)
    rule_runs.undo(work.owner, run)
    undone = every_step_dies(work, run, RunState.UNDONE)
    assert work.told() == work.before
    assert min(deaths, undone) > 10
    report(f"{deaths} deaths in a run, {undone} in taking it back")


@pytest.mark.faults
def test_what_somebody_asks_for_is_begun_or_not_wherever_the_page_dies(work: AtWork) -> None:
    asked: list[tuple[Callable[[], object], RunState]] = [
        (lambda: rule_runs.start(work.owner, work.rule.public_id), RunState.WAITING),
        (lambda: rule_runs.go_on(work.owner, current().public_id), RunState.WAITING),
        (lambda: rule_runs.pause(work.owner, current().public_id), RunState.PAUSED),
        (lambda: rule_runs.resume(work.owner, current().public_id), RunState.RUNNING),
        (lambda: rule_runs.undo(work.owner, current().public_id), RunState.UNDOING),
    ]

    def current() -> RuleRun:
        return work.run(runs(work.owner, work.rule.public_id)[0].public_id)

    for number, (doing, state) in enumerate(asked):
        before = [(line.public_id, line.state) for line in runs(work.owner, work.rule.public_id)]
        at = 1 if EVERY else 1 + number % 3
        while dies(doing, at):
            assert [(line.public_id, line.state) for line in runs(work.owner, work.rule.public_id)] == before
            at += 1 if EVERY else 3
        assert current().state == state
        if state == RunState.WAITING and current().dry:
            work.work(current().public_id)
    work.work(current().public_id)
    assert work.told() == work.before


@pytest.mark.faults
def test_a_worker_that_is_killed_at_any_moment_leaves_no_message_half_done(own_database: OwnDatabase) -> None:
    work, began = at_work(make_cast(), MESSAGES), time.monotonic()
    teczka = Teczka(Path(own_database.environment["TECZKA_DATA"]), own_database.environment)
    told = survive(teczka, work, KILLS, SEED)
    facts = {"faults_test": "rule runs", "seed": SEED, "messages": MESSAGES, **told}
    report(json.dumps(facts | {"seconds": round(time.monotonic() - began, 1)}))
