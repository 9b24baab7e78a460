"""Runs, steps, pauses, undoings, mail that comes and what is done by hand meanwhile, in any order: each message is as a model says."""

from dataclasses import dataclass, field
from unittest import mock
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teczka.actions import rule_runs
from teczka.actions.filing import Wanted, file, unfile
from teczka.core.acts import Verb
from teczka.core.errors import Problem, Trouble
from teczka.core.rules import RunState
from teczka.store.models import Filing, Message
from teczka.store.viewer import as_user
from tests.acted import wrong_counters
from tests.cast import make_cast
from tests.generated import fill
from tests.rule_at_work import MEANT, AtWork, at_work

pytestmark = pytest.mark.django_db

LOOKED_AT, HAND = 3, -1

message = st.integers(1, 9)
does = st.one_of(
    st.tuples(st.just("step"), st.integers(1, 3)),
    st.tuples(st.just("step"), st.integers(1, 3)),
    st.tuples(st.sampled_from(["begin", "pause", "resume", "arrive"])),
    st.tuples(st.just("undo"), st.integers(1, 2)),
    st.tuples(st.sampled_from(["file", "unfile", "star", "unstar"]), message),
)


@dataclass
class Letter:
    filed: int | None = None  # by which run, or HAND
    shared: int | None = None
    stars: list[tuple[int, bool]] = field(default_factory=list)  # who changed it, to what
    hit: int | None = None

    @property
    def starred(self) -> bool:
        return bool(self.stars) and self.stars[-1][1]

    def star(self, by: int, value: bool) -> None:
        if self.starred != value:
            self.stars.append((by, value))


@dataclass
class Run:
    public_id: UUID
    state: RunState = RunState.WAITING
    before: int = 1_000
    acts: list[list[int]] = field(default_factory=list)


@dataclass
class World:
    work: AtWork
    letters: dict[int, Letter]
    runs: list[Run] = field(default_factory=list)

    def begin(self) -> None:
        busy = any(run.state not in {RunState.DONE, RunState.UNDONE} for run in self.runs)
        try:
            with mock.patch.object(rule_runs, "LOOKED_AT", 1_000):  # of what is only tried
                self.runs.append(Run(self.work.begun()))
            assert not busy
        except Problem as problem:
            assert busy, problem  # noqa: PT017  the model says which of the two it must be
            assert problem.trouble is Trouble.RULE_BUSY  # noqa: PT017

    def step(self, times: int) -> None:
        for run in [
            run for run in self.runs for _ in range(times) if run.state not in {RunState.DONE, RunState.UNDONE}
        ]:
            rule_runs.step(self.work.run(run.public_id).pk, self.work.owner.pk)
            if run.state in {RunState.WAITING, RunState.RUNNING}:
                self._advance(self.runs.index(run), run)
            elif run.state == RunState.UNDOING:
                self._take_back(self.runs.index(run), run)

    def pause(self) -> None:
        for run in self.runs:
            rule_runs.pause(self.work.owner, run.public_id)
            if run.state in {RunState.WAITING, RunState.RUNNING}:
                run.state = RunState.PAUSED

    def resume(self) -> None:
        for run in self.runs:
            rule_runs.resume(self.work.owner, run.public_id)
            if run.state == RunState.PAUSED:
                run.state = RunState.RUNNING

    def undo(self, back: int) -> None:
        if len(self.runs) < back:
            return
        run = self.runs[-back]
        others = any(one.state not in {RunState.DONE, RunState.UNDONE} for one in self.runs if one is not run)
        able = run.state in {RunState.UNDOING, RunState.UNDONE} or not (
            others or (run.state == RunState.DONE and not run.acts)
        )
        try:
            rule_runs.undo(self.work.owner, run.public_id)
            assert able
        except Problem as problem:
            assert not able, problem  # noqa: PT017
            return
        if run.state != RunState.UNDONE:
            run.state = RunState.UNDOING

    def arrive(self) -> None:
        number = len(self.letters) + 1
        fill(self.work.owner, self.work.mail.account, self.work.mail.inbox, number, number)
        self.letters[number] = Letter()

    def file(self, number: int) -> None:
        file(self.work.owner, uuid4(), self._ids(number), Wanted(case=self.work.case.public_id, whole=False))
        letter = self.letters[number]
        letter.filed = HAND if letter.filed is None else letter.filed

    def unfile(self, number: int) -> None:
        """What a filing showed is shown no longer, whoever filed."""
        with as_user(self.work.owner.pk):
            found = Filing.objects.filter(message__public_id__in=self._ids(number), undone_at=None).first()
        letter = self.letters[number]
        assert (found is None) == (letter.filed is None)
        if found is not None:
            unfile(self.work.owner, found.public_id)
            letter.shared = None if letter.shared == letter.filed else letter.shared
            letter.filed = None

    def star(self, number: int, verb: Verb = Verb.STAR) -> None:
        self.work.mail.act(verb, number)
        self.letters[number].star(HAND, verb is Verb.STAR)

    def unstar(self, number: int) -> None:
        self.star(number, Verb.UNSTAR)

    def check(self) -> None:
        told = {
            number: (bool(filed), bool(shared), bool(grants), any("flagged" in place for place in places))
            for number, (places, filed, shared, grants, _) in self.work.told().items()
        }
        assert told == {
            number: (one.filed is not None, one.shared is not None, one.shared is not None, one.starred)
            for number, one in self.letters.items()
        }
        assert self.work.hits() == {number: 1 for number, one in self.letters.items() if one.hit is not None}
        assert [self.work.run(run.public_id).state for run in self.runs] == [run.state for run in self.runs]
        assert wrong_counters(self.work.owner) == []

    def _ids(self, number: int) -> list[UUID]:
        with as_user(self.work.owner.pk):
            return list(Message.objects.filter(subject=f"Pismo {number}").values_list("public_id", flat=True))

    def _advance(self, at: int, run: Run) -> None:
        looked_at = [number for number in sorted(self.letters, reverse=True) if number < run.before][:LOOKED_AT]
        met = [number for number in looked_at if number in MEANT and self.letters[number].hit is None]
        for letter in [self.letters[number] for number in met]:
            letter.hit = at
            letter.filed = at if letter.filed is None else letter.filed
            letter.shared = at if letter.shared is None else letter.shared
            letter.star(at, True)
        run.acts += [met] if met else []
        run.before = looked_at[-1] if looked_at else run.before
        run.state = RunState.RUNNING if len(looked_at) == LOOKED_AT else RunState.DONE

    def _take_back(self, at: int, run: Run) -> None:
        if not run.acts:
            run.state = RunState.UNDONE
            return
        for letter in [self.letters[number] for number in run.acts.pop()]:
            letter.hit = None
            letter.filed = None if letter.filed == at else letter.filed
            letter.shared = None if letter.shared == at else letter.shared
            letter.stars = [(by, value) for by, value in letter.stars if by != at]


@pytest.fixture
def work(db: None, monkeypatch: pytest.MonkeyPatch) -> AtWork:
    monkeypatch.setattr(rule_runs, "LOOKED_AT", LOOKED_AT)
    made = at_work(make_cast(), 9)
    then = [
        {"do": "file", "case": str(made.case.public_id)},
        {"do": "share", "people": [str(made.cast.celina.public_id)]},
    ]
    made.change(then=[*then, {"do": "star"}])
    return made


# Each takes many statements.
@settings(
    max_examples=settings.default.max_examples // 4,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(told=st.lists(does, min_size=3, max_size=8))
def test_each_message_is_as_runs_and_hands_left_it_whatever_the_order(
    work: AtWork, told: list[tuple[object, ...]]
) -> None:
    before = transaction.savepoint()
    world = World(work, {number: Letter() for number in range(1, 10)})
    try:
        world.begin()
        for name, *given_ in told:
            getattr(world, str(name))(*given_)
            world.check()
        for back in range(1, len(world.runs) + 1):
            world.undo(back)
            world.step(9)
        world.check()
        assert all(letter.hit is None for letter in world.letters.values())
    finally:
        transaction.savepoint_rollback(before)
