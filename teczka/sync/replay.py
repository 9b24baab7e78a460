"""Repeats on the server what people did to their mail here.

Each set of operations is noted as started, and that is committed, before it is said; what came of it is committed before the next. So
after a crash only what was started is in doubt, and it is looked for before anything is said again: is its message still where it was, has
a copy come to lie in the target since? Before a message is touched it is verified (identity.py).

A folder that refuses holds up no other. What a server puts off waits for the next time, and with it what touches the same folders.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event

from teczka.core.acts import Kind
from teczka.core.errors import Problem, Trouble
from teczka.core.operations import Footing, Pending, Spot
from teczka.remote.types import RemoteMailbox
from teczka.sync.appending import append
from teczka.sync.batches import OF_FOLDERS, batches
from teczka.sync.carrying import carry_over
from teczka.sync.changing import change
from teczka.sync.ports import Journal
from teczka.sync.shaping import shape

ROUNDS = 100  # of what waits for one another: more is a mistake of ours
PATIENCE = timedelta(days=2)  # with a server that says "later", or breaks off
WHOLE = {Trouble.FOLDER_READ_ONLY, Trouble.FOLDER_REFUSED}  # said of a folder, not of a message


class Acts:
    """What people do while a pass is under way: repeated before it, whenever it can pause, and after it."""

    def __init__(self, remote: RemoteMailbox, journal: Journal, asked: Event, *, last: bool) -> None:
        """`asked` is set from another thread: somebody did something just now. `last`: only once all mail is in, because what was said last
        time broke the connection, and would keep new mail out."""
        self._remote = remote
        self._journal = journal
        self._asked = asked
        self.last = last
        self.broke = False

    def asked(self) -> bool:
        return self._asked.is_set() and not self.last

    def repeat(self) -> bool:
        """As `replay`."""
        self._asked.clear()
        try:
            return replay(self._remote, self._journal)
        except Exception:  # a mistake of ours, too, shall not keep new mail out
            self.broke = True
            raise


def replay(remote: RemoteMailbox, journal: Journal) -> bool:
    """Until nothing is left that can be done now. False where a pass has to find out first what a folder is called now. Which one is open
    afterwards nobody knows. Raises LeaseLost, and Problem where the connection broke: what was under way then is looked for the next
    time."""
    run = _Replay(remote, journal)
    for _ in range(ROUNDS):
        if not run.round():
            break
    return not run.missing


class _Replay:
    def __init__(self, remote: RemoteMailbox, journal: Journal) -> None:
        self._remote = remote
        self._journal = journal
        self._busy: set[bytes] = set()  # folders that are left alone this time
        self._alone: set[int] = set()  # refused together with others: tried one by one
        self.missing: set[bytes] = set()  # folders that its server had
        self._staying: set[Spot] = set()  # messages that wait for one of those; and, as such, their folders

    def round(self) -> bool:
        """Everything that is due, once. Whether another may do more: what waited for something can be done now."""
        after, more = 0, False
        held = set(self._busy)
        while ops := self._journal.due(after):
            after = ops[-1].id
            for every in batches(ops):
                batch = [op for op in every if op.source not in self._staying]
                if not batch:
                    continue
                folders = batch[0].folders
                if self._waits(batch[0], held):
                    held |= self._behind(batch)
                    continue
                if not self._attempt(batch):
                    held |= self._behind(batch)
                more = more or not folders & self._busy
                if more and batch[0].kind in OF_FOLDERS:
                    return True  # names are others now
        return more

    def _waits(self, op: Pending, held: set[bytes]) -> bool:
        """What is missing is neither renamed nor removed, and what waits for it would wait for ever behind that."""
        if op.kind in OF_FOLDERS and op.folders <= self.missing:
            return False
        return op.footing is Footing.AWAITED or not op.folders.isdisjoint(held)

    def _behind(self, batch: Sequence[Pending]) -> set[bytes]:
        """What comes after it stays after it: all in its folders. Where one of them is missing that alone, and of the other what lies there
        and was to go into it; a folder that somebody removed shall not keep waiting what is done in the inbox."""
        folders = batch[0].folders
        missing = folders & self.missing
        if missing:
            self._staying |= {op.source for op in batch if op.source} | {Spot(name) for name in folders - missing}
        return missing or folders

    def _attempt(self, batch: Sequence[Pending]) -> bool:
        """Whether it is settled. Else it has to wait: for another round, or, where a folder of it is busy, for another time."""
        try:
            self._perform(batch)
        except Problem as problem:
            late = batch[0].started_at is not None and datetime.now(UTC) - batch[0].started_at > PATIENCE
            if problem.trouble.step != "folder":
                if late or problem.trouble is Trouble.INTERNAL:  # or it would break every connection
                    self._journal.refuse([op.id for op in batch], problem)
                raise
            if problem.trouble is Trouble.FOLDER_BUSY and not late:
                self._busy |= batch[0].folders
                return False
            if not late and self._has_moved(batch[0], problem):
                self._busy |= batch[0].folders & self.missing
                return False
            if len(batch) > 1 and problem.trouble not in WHOLE:
                self._alone |= {op.id for op in batch}  # in the next round, as after a crash: some may have been done
                return False
            self._journal.refuse([op.id for op in batch], _of_an_act(problem))
        return True

    def _has_moved(self, op: Pending, problem: Problem) -> bool:
        """The folder that its message lies in, or is to lie in, was renamed or removed: which, the next pass sees, and what becomes of the
        operation. A pass looks for those that were opened."""
        if problem.trouble is not Trouble.FOLDER_REFUSED or op.kind in OF_FOLDERS:
            return False
        names = op.folders if op.known_below or not op.target else op.folders - {op.target.name}
        missing = names - {folder.name for folder in self._remote.folders()}
        self.missing |= missing
        return bool(missing)

    def _perform(self, batch: Sequence[Pending]) -> None:
        match batch[0].kind:
            case Kind.CREATE | Kind.RENAME | Kind.REMOVE:
                shape(self._remote, self._journal, batch[0])
            case Kind.APPEND:
                append(self._remote, self._journal, batch[0])
            case Kind.MOVE | Kind.COPY:
                carry_over(self._remote, self._journal, batch, self._parts)
            case Kind.FLAG | Kind.EXPUNGE:
                change(self._remote, self._journal, batch, self._parts)

    def _parts(self, ready: Sequence[Pending], say: Callable[[Sequence[Pending]], None]) -> None:
        """All in one command; or, where that was refused, one by one, and each that is refused then is so for itself."""
        if self._alone.isdisjoint(op.id for op in ready):
            say(ready)
            return
        for op in ready:
            try:
                say([op])
            except Problem as problem:
                if problem.trouble.step != "folder" or problem.trouble is Trouble.FOLDER_BUSY:
                    raise
                if self._has_moved(op, problem):
                    raise
                self._journal.refuse([op.id], _of_an_act(problem))


def _of_an_act(problem: Problem) -> Problem:
    """That a folder was not opened is said of a pass, which tries it again: an act is taken back."""
    if problem.trouble is not Trouble.FOLDER_REFUSED:
        return problem
    return Problem(Trouble.FOLDER_DENIED, detail=problem.detail, **problem.params)
