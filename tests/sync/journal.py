"""A journal in memory (`sync.ports.Journal`), which dies on demand, and remembers what it committed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256

from teczka.core.acts import Kind
from teczka.core.errors import Problem, Trouble
from teczka.core.mail import FolderStatus
from teczka.core.operations import Footing, Identity, Pending, Spot
from teczka.sync.ports import Place
from tests.sync.server import Held


class Died(Exception):
    """The process is gone; what was committed stays."""


@dataclass
class MemoryJournal:
    ops: dict[int, Pending] = field(default_factory=dict)
    after: dict[int, int] = field(default_factory=dict)  # of whose outcome one speaks: its source is the other's target
    raws: dict[int, bytes] = field(default_factory=dict)
    landed: dict[int, Place] = field(default_factory=dict)
    ended: dict[int, str] = field(default_factory=dict)  # done, marked, or the trouble
    dies_after: int | None = None  # so many calls later, before or after their commit
    calls: int = 0

    def note(self, kind: Kind, source: "tuple[bytes, int, Held] | int | None" = None, **fields: object) -> int:
        """(folder, UIDVALIDITY, message), or the operation that puts it where this one finds it."""
        number = len(self.ops) + 1
        op = Pending(number, kind)
        if isinstance(source, int):
            self.after[number] = source
            op = replace(op, source=Spot(self.ops[source].to.name), identity=self.ops[source].identity)
        elif source:
            folder, validity, held = source
            op = replace(op, source=Spot(folder, validity, held.uid), identity=identity(held))
        self.ops[number] = replace(op, **fields)  # type: ignore[arg-type]
        return number

    def due(self, after: int) -> Sequence[Pending]:
        return [self._standing(op) for op in self.ops.values() if op.id > after and op.id not in self.ended][:1000]

    def start(self, ids: Sequence[int], target: FolderStatus | None) -> set[int]:
        def commit() -> None:
            for op in self._of(ids):
                spot = op.target
                if spot and target:
                    spot = Spot(spot.name, target.uidvalidity, target.uidnext)
                self.ops[op.id] = replace(op, started_at=datetime.now(UTC), target=spot)

        self._call(commit)
        return set(ids)

    def copied(self, ids: Sequence[int], landed: Mapping[int, Place]) -> None:
        def commit() -> None:
            for op in self._of(ids):
                self.ops[op.id] = replace(op, copied=True)
            self.landed.update(landed)

        self._call(commit)

    def done(self, ids: Sequence[int], landed: Mapping[int, Place], *, marked: bool = False) -> None:
        self._call(lambda: self._end(ids, "marked" if marked else "done", landed))

    def rewritten(self, operation: int, place: Place) -> None:
        self._call(lambda: None)

    def refuse(self, ids: Sequence[int], problem: Problem, *, vanished: bool = False) -> None:
        self._call(lambda: self._end(ids, problem.trouble.value, {}))

    def here_alone(self, ids: Sequence[int]) -> None:
        self._call(lambda: self._end(ids, "local", {}))

    def found(self, sources: Mapping[int, Place]) -> None:
        def commit() -> None:
            for op in self._of(list(sources)):
                self.ops[op.id] = replace(op, source=Spot(op.at.name, *sources[op.id]))

        self._call(commit)

    def named(self, operation: int, name: bytes) -> None:
        self._call(lambda: None)

    def raw(self, operation: int) -> tuple[int, Iterable[bytes]]:
        return len(self.raws[operation]), [self.raws[operation]]

    @property
    def troubles(self) -> dict[int, Trouble]:
        return {op: Trouble(end) for op, end in self.ended.items() if end not in ("done", "marked", "local")}

    def _standing(self, op: Pending) -> Pending:
        before = self.after.get(op.id)
        if before is None:
            return op
        if before in self.landed:
            return replace(op, source=Spot(op.at.name, *self.landed[before]))
        return replace(op, footing=Footing.LOST if before in self.ended else Footing.AWAITED)

    def _of(self, ids: Sequence[int]) -> list[Pending]:
        return [self.ops[number] for number in ids]

    def _end(self, ids: Sequence[int], how: str, landed: Mapping[int, Place]) -> None:
        self.landed.update(landed)
        self.ended.update(dict.fromkeys(ids, how))

    def _call(self, commit: Callable[[], None]) -> None:
        self.calls += 1
        if self.dies_after is not None and self.calls > self.dies_after:
            if self.calls % 2:
                commit()  # the commit came through, and nobody heard of it
            raise Died
        commit()


def identity(held: Held) -> Identity:
    return Identity(len(held.raw), int(held.when.timestamp()), held.message_id, sha256(held.raw).digest())
