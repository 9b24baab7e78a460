"""Acts here, acts there, crashes, cut connections and kills, in any order: at the end both sides are equal, nothing is gone that nobody
asked to be rid of, and nothing is there more often than it was put there."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

from django.utils import timezone

from teczka.actions.acts import Selection, do, undo
from teczka.actions.folders import create_folder, remove_folder, rename_folder
from teczka.core.acts import OPEN, Kind, OperationState, Verb
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.folders import FolderRole
from teczka.remote.wire import Wire
from teczka.store.models import Account, Folder, Message, Operation, Placement, User
from teczka.store.viewer import as_user
from tests.acted import wrong_counters
from tests.faults.elsewhere import Elsewhere
from tests.faults.lives import Points, dies, work
from tests.replayed import Lying, ours, theirs

HERE = {
    Verb.READ: 3,
    Verb.UNREAD: 2,
    Verb.STAR: 2,
    Verb.MOVE: 4,
    Verb.COPY: 1,
    Verb.BIN: 3,
    Verb.ARCHIVE: 2,
    Verb.DELETE: 2,
    Verb.UNDO: 3,
    Verb.FOLDER_CREATE: 1,
    Verb.FOLDER_RENAME: 1,
    Verb.FOLDER_REMOVE: 1,
}
THERE = ("flag", "flag", "move", "copy", "expunge", "deliver")
LEAST = 12  # messages on the server, so that there is something to act on
SETTLING = 8  # passes, after which all is told


@dataclass
class Interleaved:
    owner: User
    account: Account
    there: Elsewhere
    chance: Random
    did: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)  # SHA-256 of all that we ever stored
    acts: list[UUID] = field(default_factory=list)
    checked: int = 0  # up to which operation
    on_server: Lying = field(default_factory=dict)  # when it was settled last

    def round(self) -> None:
        """Some steps of any kind, then peace, then the reckoning."""
        before = self.there.acts.total()
        for _ in range(self.chance.randrange(3, 9)):
            step = self.chance.choices([self.here, self.elsewhere, self.work, self.cut, self.crash], [8, 4, 2, 3, 3])[0]
            self.did[step.__name__] += 1
            step()
        self.settle(self.work)
        self.reckon(peaceful=self.there.acts.total() == before)

    def here(self, verb: Verb | None = None) -> None:
        verb = verb or self.chance.choices(list(HERE), list(HERE.values()))[0]
        try:
            self._do(verb)
            self.did[verb] += 1
        except NotAllowed:
            self.did[f"{verb} refused"] += 1
        except Problem as problem:
            if problem.trouble.step not in ("act", "folder"):
                raise
            self.did[f"{verb} refused"] += 1

    def elsewhere(self) -> None:
        self.there.act(THERE)
        if sum((self.there.put - self.there.taken).values()) < LEAST:
            self.there.deliver(4)

    def busy_elsewhere(self) -> None:
        """While a worker is at work: only what can be counted whoever comes first."""
        self.there.act(("flag", "move", "deliver"))

    def work(self) -> None:
        work(self.account, Points(), reads=False)

    def crash(self) -> None:
        """Somewhere in a pass: most have a few hundred points."""
        dies(self.account, self.chance.randrange(1, 260), wire=True, reads=False)

    def cut(self) -> None:
        """The connection, at some word; then everything goes on over another."""
        with _cut(self.chance.randrange(1, 80), self.chance.choice(("send", "receive"))):
            try:
                self.work()
            except Problem as broken:
                if broken.trouble is not Trouble.SERVER_CLOSED:
                    raise

    def renumber(self) -> None:
        """A server that lost its indexes."""
        self.there.mailbox.change_uidvalidity(self.chance.choice(self.there.folders))

    def settle(self, go_on: Callable[[], None]) -> None:
        """Until the server knows everything, and we know everything of it."""
        for _ in range(SETTLING):
            self.hurry()
            go_on()
            with as_user(self.owner.pk):
                left = Operation.objects.filter(account=self.account, state__in=OPEN).exists()
            self.on_server = theirs(self.there.mailbox)
            if not left and ours(self.account) == self.on_server:
                return

    def hurry(self) -> None:
        """Nothing waits for its undo."""
        with as_user(self.owner.pk):
            Operation.objects.filter(account=self.account, state__in=OPEN).update(due_at=timezone.now())

    def reckon(self, *, peaceful: bool) -> None:
        on_server = self.on_server
        assert ours(self.account) == on_server
        there = Counter(digest for digest, _ in on_server.values())
        with as_user(self.owner.pk):
            ended = Operation.objects.filter(account=self.account)
            assert not ended.filter(state__in=OPEN).exists()
            copied = self._digests(ended.filter(kind=Kind.COPY, state=OperationState.DONE))
            removed = self._digests(ended.filter(kind=Kind.EXPUNGE, state=OperationState.DONE))
            refused = ended.filter(state=OperationState.REFUSED, pk__gt=self.checked)
            self.did.update(f"{told}" for told in refused.values_list("trouble", flat=True))
            assert not (peaceful and refused.exists()), list(refused.values_list("kind", "trouble", "trouble_detail"))
            stored = {
                bytes(one).hex()
                for one in Message.objects.filter(account=self.account).values_list("sha256", flat=True)
            }
            self.checked = max(ended.values_list("pk", flat=True), default=0)
        most = self.there.put + copied
        least = most - self.there.taken - removed
        assert not there - (most - self.there.taken), "there more often than it was put there"
        assert not least - there, "gone, and nobody asked for it"
        assert self.seen <= stored, "our own copy is gone"
        self.seen = stored
        assert not wrong_counters(self.owner)

    def _digests(self, operations: Any) -> Counter[str]:
        return Counter(bytes(one).hex() for one in operations.values_list("message__sha256", flat=True))

    def _do(self, verb: Verb) -> None:
        if verb is Verb.UNDO:
            if self.acts:
                undo(self.owner, self.chance.choice(self.acts[-4:]))
            return
        with as_user(self.owner.pk):
            folders = list(Folder.objects.filter(account=self.account, gone_at=None, selectable=True).order_by("path"))
        plain = [folder for folder in folders if not folder.role and folder.path != "Sprawy"]
        folder = self.chance.choice(folders)
        if verb is Verb.FOLDER_CREATE:
            line = create_folder(self.owner, uuid4(), self.account.public_id, f"Żółta {self.chance.randrange(5)}")
        elif verb in (Verb.FOLDER_RENAME, Verb.FOLDER_REMOVE):
            if not plain:
                return
            which = self.chance.choice(plain).public_id
            if verb is Verb.FOLDER_REMOVE:
                line = remove_folder(self.owner, uuid4(), which)
            else:
                line = rename_folder(self.owner, uuid4(), which, f"Nowa & {self.chance.randrange(9)}")
        else:
            if verb is Verb.DELETE:
                folder = next(folder for folder in folders if folder.role == FolderRole.TRASH)
            target = self.chance.choice(folders).public_id if verb in (Verb.MOVE, Verb.COPY) else None
            chosen = self._some(folder)
            if not chosen:
                return
            line = do(self.owner, uuid4(), verb, Selection([folder.pk], chosen), target).line
        self.acts.append(line.public_id)

    def _some(self, folder: Folder) -> list[UUID]:
        with as_user(self.owner.pk):
            shown = Placement.objects.filter(folder=folder, gone_at=None).order_by("pk")
            ids = list(shown.values_list("message__public_id", flat=True))
        return self.chance.sample(ids, min(len(ids), self.chance.randrange(1, 5)))


@contextmanager
def _cut(at: int, name: str) -> Iterator[None]:
    """The `at`-th time that something is sent, or awaited, it fails; what was sent before may have been done."""
    count = 0

    def counted(wire: Wire, *values: Any) -> Any:
        nonlocal count
        count += 1
        if count == at:
            raise ConnectionResetError if name == "receive" else Problem(Trouble.SERVER_CLOSED)
        return call(wire, *values)

    call = getattr(Wire, name)
    with mock.patch.object(Wire, name, counted):
        yield
