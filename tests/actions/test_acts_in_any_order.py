"""Acts, undoings, changes elsewhere, passes and replays in any order, cut off anywhere: counters are always what a recount finds, and once
all is quiet both sides are the same, with nothing gone that nobody removed. The server is one in memory; Dovecot's turn is
tests/faults/test_interleavings.py."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teczka.actions.acts import FLAGS, GOALS, Selection, do, undo
from teczka.core.acts import HIDDEN, HIDING, OPEN, Kind, OperationState, Verb
from teczka.core.errors import Problem
from teczka.store.blobs import blobs
from teczka.store.journal import AccountJournal
from teczka.store.mail import LocalMail
from teczka.store.models import Account, Folder, Lease, Message, Operation, Placement, User
from teczka.store.viewer import as_user
from teczka.sync import run
from teczka.sync.replay import replay
from tests.acted import wrong_counters
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase
from tests.sync.server import PlayFolder, PlayMailbox, PlayServer

FOLDERS = [b"INBOX", b"Praca", b"Archiwum", b"Kosz", b"Spam"]
VERBS = [*FLAGS, *GOALS, Verb.MOVE, Verb.COPY, Verb.DELETE]
SYSTEM = {"\\Seen", "\\Flagged", "\\Answered", "\\Draft"}

folder = st.sampled_from(FOLDERS)
some = st.sets(st.integers(0, 5), min_size=1, max_size=3)
breaks = st.none() | st.integers(0, 12)
step = st.one_of(
    st.tuples(st.just("act"), st.sampled_from(VERBS), folder, some, folder),
    st.tuples(st.just("act"), st.sampled_from(VERBS), folder, some, folder),
    st.tuples(st.just("undo"), st.integers(1, 3)),
    st.tuples(st.just("elsewhere"), st.sampled_from(["flag", "expunge", "move", "deliver", "renumber"]), folder, some),
    st.tuples(st.just("refuse"), st.booleans(), st.sets(folder, max_size=2)),
    st.tuples(st.just("replay"), breaks),
    st.tuples(st.just("fetch"), breaks),
)


@dataclass
class World:
    owner: User
    account: Account
    server: PlayServer
    local: LocalMail
    journal: AccountJournal
    done: list[UUID] = field(default_factory=list)
    raws: dict[bytes, bytes] = field(default_factory=dict)  # SHA-256 → raw
    removed: set[bytes] = field(default_factory=set)  # elsewhere
    numbers: Iterator[int] = field(default_factory=count)

    def deliver(self, name: bytes) -> None:
        raw = b"Message-ID: <%d@play>\r\n\r\n%d\r\n" % ((number := next(self.numbers)), number)
        self.raws[sha256(raw).digest()] = raw
        self.server.folders[name].deliver(raw, b"%d@play" % number)

    def act(self, verb: Verb, name: bytes, which: set[int], goal: bytes) -> None:
        with as_user(self.owner.pk):
            source = Folder.objects.get(account=self.account, wire_name=name)
            target = Folder.objects.get(account=self.account, wire_name=goal)
            lying = Placement.objects.filter(folder=source, gone_at=None).order_by("message_id")
            shown = list(lying.values_list("message__public_id", flat=True))
        chosen = [public_id for at, public_id in enumerate(shown) if at in which]
        try:
            done = do(self.owner, uuid4(), verb, Selection([source.pk], chosen), target.public_id)
        except Problem:
            return
        self.done.append(done.line.public_id)

    def undo(self, back: int) -> None:
        if len(self.done) >= back:
            try:
                undo(self.owner, self.done[-back])
            except Problem:
                return

    def elsewhere(self, what: str, name: bytes, which: set[int]) -> None:
        there = self.server.folders[name]
        if what == "deliver":
            self.deliver(name)
        elif what == "renumber":
            there.number_anew()
        for held in [held for at, held in enumerate(list(there.messages)) if at in which]:
            if what == "flag":
                there.flag(held, held.flags ^ {"\\Seen"})
            elif what == "expunge":
                there.expunge(held)
                self.removed.add(held.raw)
            elif what == "move":
                there.expunge(held)
                self.server.folders[b"Praca"].put(held.raw, held.flags, held.when)

    def refuse(self, full: bool, read_only: set[bytes]) -> None:
        """The server takes nothing in, or lets nothing be changed, until it is told otherwise."""
        self.server.full, self.server.read_only = full, read_only

    def replay(self, breaks_after: int | None) -> None:
        try:
            replay(PlayMailbox(self.server, breaks_after), self.journal)
        except Problem:
            return

    def fetch(self, breaks_after: int | None) -> None:
        run(PlayMailbox(self.server, breaks_after), self.local)

    def settle(self) -> None:
        self.refuse(False, set())
        for _ in range(4):
            with as_user(self.owner.pk):
                Operation.objects.filter(account=self.account, state__in=OPEN).update(due_at=timezone.now())
            self.replay(None)
            self.fetch(None)
        with as_user(self.owner.pk):
            assert not Operation.objects.filter(account=self.account, state__in=OPEN).exists()

    def here(self) -> dict[tuple[bytes, int], tuple[bytes, frozenset[str]]]:
        columns = ("folder__wire_name", "uid", "message__sha256", "seen", "flagged", "answered", "draft")
        with as_user(self.owner.pk):
            shown = list(Placement.objects.filter(folder__account=self.account, gone_at=None).values_list(*columns))
        return {
            (bytes(name), uid): (
                self.raws[bytes(digest)],
                frozenset(
                    flag
                    for flag, has in zip(("\\Seen", "\\Flagged", "\\Answered", "\\Draft"), flags, strict=True)
                    if has
                ),
            )
            for name, uid, digest, *flags in shown
        }

    def there(self) -> dict[tuple[bytes, int], tuple[bytes, frozenset[str]]]:
        return {
            (name, uid): (raw, frozenset(flags & SYSTEM))
            for name, lying in self.server.folders.items()
            for uid, (raw, flags) in lying.present().items()
            if "\\Deleted" not in flags  # all that can be done without UIDPLUS
        }

    def shown_again(self) -> list[int]:
        """Messages that are to leave a folder on the server, and are shown in it nevertheless."""
        with as_user(self.owner.pk):
            leaving = Operation.objects.filter(account=self.account, kind__in=HIDING, state__in=HIDDEN)
            hidden = Placement.objects.filter(pk__in=leaving.values("placement_id"), gone_at=None)
            return list(hidden.values_list("message_id", flat=True))

    def wanted(self) -> set[bytes]:
        """What nobody has removed, neither here nor elsewhere."""
        gone = Operation.objects.filter(
            account=self.account, kind=Kind.EXPUNGE, state__in=[OperationState.DONE, OperationState.MARKED]
        )
        with as_user(self.owner.pk):
            rid = {self.raws[bytes(digest)] for digest in gone.values_list("message__sha256", flat=True)}
            kept = {
                self.raws[bytes(digest)]
                for digest in Message.objects.filter(account=self.account).values_list("sha256", flat=True)
            }
        return kept - rid - self.removed


@pytest.fixture
def owner(own_database: OwnDatabase) -> User:
    return make_cast().anna


def make_world(owner: User, extensions: set[str]) -> World:
    account = make_account(owner, f"{uuid4()}@play.example", mode="managed")
    Lease.objects.create(account=account, epoch=1)
    local = LocalMail(account, 1, blobs())
    server = PlayServer({name: PlayFolder() for name in FOLDERS}, extensions=extensions)
    world = World(owner, account, server, local, AccountJournal(account, local.writing, blobs()))
    for name in (b"INBOX", b"INBOX", b"INBOX", b"Praca"):
        world.deliver(name)
    world.fetch(None)
    return world


@settings(
    max_examples=settings.default.max_examples // 4,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(step, max_size=8),
    st.sampled_from([{"MOVE", "UIDPLUS"}, {"UIDPLUS"}, set()]),
)
def test_in_any_order_the_counters_are_right_and_nothing_is_lost(
    owner: User, steps: list[tuple[object, ...]], extensions: set[str]
) -> None:
    world = make_world(owner, extensions)
    try:
        for name, *arguments in steps:
            getattr(world, str(name))(*arguments)
            assert not wrong_counters(owner), name
            assert not world.shown_again(), name
        world.settle()
        assert not wrong_counters(owner)
        assert world.here() == world.there()
        assert world.wanted() <= {raw for raw, _flags in world.here().values()}
    finally:
        world.local.close()
