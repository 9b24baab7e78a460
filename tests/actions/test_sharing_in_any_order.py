"""Shares, revocations, undoings, teams that change and replies that come, in any order: everybody sees what the owner's acts say, and not
a message more."""

from dataclasses import dataclass, field
from itertools import chain
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teczka.actions import acts
from teczka.actions.sharing import With, revoke, share
from teczka.actions.team import save_team
from teczka.core.errors import Problem
from teczka.core.sharing import Scope
from teczka.store.models import Case, Share, User
from teczka.store.sharing import regrant
from teczka.store.viewer import as_user
from tests.cast import Cast, make_cast
from tests.conversation import CLIENT, OWNER, STRANGER, Mailroom, make_case
from tests.sharing_model import Model

pytestmark = pytest.mark.django_db

letter = st.integers(0, 4)
person = st.sampled_from(["Bartek", "Celina", "Dorota"])
to = st.sets(st.sampled_from(["Bartek", "Celina", "case"]), min_size=1, max_size=2)
arrives = st.tuples(
    st.just("arrive"),
    st.sets(letter, min_size=1, max_size=2),
    st.sampled_from([(CLIENT, OWNER), (STRANGER, OWNER), (OWNER, CLIENT), (OWNER, STRANGER), (OWNER, OWNER)]),
)
decides = st.one_of(
    st.tuples(st.just("share"), letter, st.sampled_from(Scope), to),
    st.tuples(st.just("revoke"), letter, st.sampled_from(Scope), st.sampled_from(["Bartek", "Celina", "case"])),
    st.tuples(st.just("undo"), st.integers(1, 3)),
    st.tuples(st.just("team"), st.sets(person, max_size=2)),
)
# By turns: what nobody answers shows little.
steps = st.lists(st.tuples(decides, arrives, arrives), min_size=1, max_size=2)


@dataclass
class World:
    cast: Cast
    mail: Mailroom
    case: Case
    model: Model
    done: list[UUID] = field(default_factory=list)
    undone: set[int] = field(default_factory=set)

    def share(self, at: int, scope: Scope, names: set[str]) -> None:
        name = self.name(at)
        people = [self.person(one) for one in sorted(names - {"case"})]
        whom = With([one.public_id for one in people], [self.case.public_id] if "case" in names else [])
        self.done.append(share(self.cast.anna, uuid4(), self.mail.letters[name].public_id, scope, whom).public_id)
        self.model.share(len(self.done), name, scope, sorted(names))

    def revoke(self, at: int, scope: Scope, name: str) -> None:
        message = self.mail.letters[self.name(at)]
        with as_user(self.cast.anna.pk):
            active = Share.objects.filter(message=message, revoked_at=None)
            mine = active.filter(with_case=self.case) if name == "case" else active.filter(with_user=self.person(name))
            shares = list(mine.values_list("public_id", flat=True))
        assert self.model.revoke(len(self.done) + 1, self.name(at), scope, name) == bool(shares)
        if shares:
            self.done.append(revoke(self.cast.anna, uuid4(), message.public_id, scope, shares).public_id)

    def undo(self, back: int) -> None:
        if len(self.done) < back:
            return
        act = len(self.done) - back + 1
        try:
            acts.undo(self.cast.anna, self.done[-back])
        except Problem:
            return
        if act not in self.undone:
            self.model.undo(act)
        self.undone.add(act)

    def team(self, names: set[str]) -> None:
        save_team(
            self.cast.anna,
            self.case.public_id,
            [self.cast.anna.public_id, *(self.person(name).public_id for name in names)],
            None,
        )
        self.model.team = set(names)

    def arrive(self, answers: set[int], people: tuple[str, str]) -> None:
        if len(self.mail.letters) >= 9:  # each costs a reading
            return
        name = str(len(self.mail.letters))
        refs = sorted({self.name(at) for at in answers})
        self.mail.arrive(name, " ".join(refs), sender=people[0], to=people[1])
        self.model.arrive(name, refs, *people)

    def check(self) -> None:
        told = {name: self.model.seen(name) for name in self.mail.letters}
        assert self.mail.seen_by() == told
        with as_user(self.cast.anna.pk):
            assert regrant([message.pk for message in self.mail.letters.values()]) == {}

    def name(self, at: int) -> str:
        return str(at % len(self.mail.letters))

    def person(self, name: str) -> User:
        found: User = getattr(self.cast, name.lower())
        return found


@pytest.fixture
def empty(db: None) -> World:
    cast = make_cast()
    mail, model = Mailroom(cast.anna), Model({"Bartek"}, OWNER)
    case = make_case(cast.anna, cast.bartek)
    for name, answers in (("0", ""), ("1", "0"), ("2", "")):
        mail.arrive(name, answers)
        model.arrive(name, answers.split(), CLIENT, OWNER)
    return World(cast, mail, case, model)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(turns=steps)
def test_everybody_sees_what_the_owner_says_and_not_a_message_more(
    empty: World, turns: list[tuple[tuple[object, ...], ...]]
) -> None:
    before = transaction.savepoint()
    world = World(
        empty.cast,
        Mailroom.__new__(Mailroom),
        empty.case,
        Model({"Bartek"}, OWNER, dict(empty.model.threads), dict(empty.model.written)),
    )
    world.mail.__dict__.update(empty.mail.__dict__ | {"letters": dict(empty.mail.letters)})
    world.model.numbers = iter(range(len(world.model.threads), 100))  # type: ignore[assignment]
    try:
        world.share(1, Scope.FOLLOWING, {"Bartek"})
        for name, *told in chain.from_iterable(turns):
            getattr(world, str(name))(*told)
            world.check()
    finally:
        transaction.savepoint_rollback(before)
