"""The local side in memory, with the journal of what people did: the rules by which what a server tells is laid under it."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from teczka.core.acts import HIDDEN, OPEN, Held, OperationState, lay
from teczka.core.folders import AWAITED, LocalFolder
from teczka.core.mail import FolderStatus, RemoteFlags, RemoteMessage, RemoteSummary
from teczka.core.messages import Candidate, Loose
from tests.sync.memory import Key, MemoryAccount, Placed


@dataclass
class Noted:
    id: int
    placed: Placed
    flag: str = ""
    value: bool = False
    was: bool = False
    target: Placed | None = None  # of a move: the awaited one
    state: OperationState = OperationState.PENDING
    uidvalidity: int = 0  # of the target, before it was said
    uidnext: int = 0


class ActingAccount(MemoryAccount):
    def __init__(self) -> None:
        super().__init__()
        self.noted: dict[int, Noted] = {}

    def flag(self, folder: LocalFolder, uidvalidity: int, uid: int, flag: str, value: bool, local: bool = False) -> int:
        placed = self.placements[folder.id, uidvalidity, uid]
        state = OperationState.LOCAL if local else OperationState.PENDING
        self.noted[len(self.noted) + 1] = Noted(
            len(self.noted) + 1, placed, flag, value, flag in placed.flags, state=state
        )
        placed.flags = placed.flags | {flag} if value else placed.flags - {flag}
        return len(self.noted)

    def move(self, folder: LocalFolder, uidvalidity: int, uid: int, target: LocalFolder) -> int:
        placed, operation = self.placements[folder.id, uidvalidity, uid], len(self.noted) + 1
        self._put((target.id, AWAITED, operation), placed.digest, placed.flags, placed.internaldate)
        placed.gone = True
        awaited = self.placements[target.id, AWAITED, operation]
        for one in self.noted.values():
            if one.placed is placed and one.state is OperationState.LOCAL:
                one.placed = awaited
        self.noted[operation] = Noted(operation, placed, target=awaited)
        return operation

    def start(self, operation: int, uidvalidity: int, uidnext: int) -> None:
        one = self.noted[operation]
        one.state, one.uidvalidity, one.uidnext = OperationState.STARTED, uidvalidity, uidnext

    def done(self, operation: int, state: OperationState = OperationState.DONE) -> None:
        said = self.noted[operation]
        said.state = state
        for one in self.noted.values():
            if (one.placed, one.flag, one.state) == (said.placed, said.flag, OperationState.LOCAL) and one.id < said.id:
                one.state = OperationState.DONE

    def land(self, operation: int, uidvalidity: int, uid: int) -> None:
        (old,) = (key for key, placed in self.placements.items() if placed is self.noted[operation].target)
        self.placements[old[0], uidvalidity, uid] = self.placements.pop(old)

    def stored_uids(self, folder: LocalFolder, uidvalidity: int, lowest: int = 1) -> "array[int]":
        there = [uid for uid, placed in self._in(folder, uidvalidity) if uid >= lowest and self._there(placed)]
        return array("Q", sorted(there))

    def candidates(self, folder: LocalFolder, uidvalidity: int) -> list[Candidate]:
        hidden = [placed for placed in self._all_in(folder) if placed.gone and self._there(placed)]
        for placed in hidden:
            placed.gone = False
        found = super().candidates(folder, uidvalidity)
        for placed in hidden:
            placed.gone = True
        untold = {placed.id for placed in self._all_in(folder) if self._untold(placed)}
        return [one for one in found if one.placement not in untold]

    def place(self, folder: LocalFolder, uidvalidity: int, matched: Sequence[tuple[RemoteSummary, int]]) -> int:
        by_id = {placed.id: placed for placed in self._all_in(folder)}
        hidden = {old for _, old in matched if by_id[old].gone}
        new = super().place(folder, uidvalidity, matched)
        for summary, old in matched:
            placed = self.placements[folder.id, uidvalidity, summary.uid]
            placed.gone = old in hidden
            for one in self.noted.values():
                if one.placed is by_id[old]:
                    one.placed = placed
        super().set_flags(
            folder,
            uidvalidity,
            [RemoteFlags(one.uid, self._over(folder, uidvalidity, one.uid, one.flags), None) for one, _ in matched],
        )
        return new

    def set_flags(self, folder: LocalFolder, uidvalidity: int, changes: Sequence[RemoteFlags]) -> int:
        laid = [RemoteFlags(one.uid, self._over(folder, uidvalidity, one.uid, one.flags), None) for one in changes]
        return super().set_flags(folder, uidvalidity, laid)

    def complete(self, folder: LocalFolder, status: FolderStatus, complete_below: int) -> None:
        awaited = [
            placed
            for placed in self._all_in(folder)
            if not placed.gone and self._awaited(placed, status, complete_below)
        ]
        super().complete(folder, status, complete_below)
        for placed in awaited:
            placed.gone = False

    def _over(self, folder: LocalFolder, uidvalidity: int, uid: int, told: frozenset[str]) -> frozenset[str]:
        placed = self.placements.get((folder.id, uidvalidity, uid))
        states = (*OPEN, OperationState.LOCAL)
        noted = [one for one in self.noted.values() if one.placed is placed and one.flag and one.state in states]
        laid = lay(
            told, [Held(one.id, one.flag, one.value, one.was, one.state is OperationState.LOCAL) for one in noted]
        )
        for operation, was in laid.told.items():
            self.noted[operation].was = was
        for operation in laid.ended:
            self.noted[operation].state = OperationState.DONE
        return laid.flags

    def _there(self, placed: Placed) -> bool:
        """On the server, as far as we know: what an operation hides is."""
        hides = any(one.placed is placed and one.target and one.state in HIDDEN for one in self.noted.values())
        return not placed.gone or hides

    def _untold(self, placed: Placed) -> bool:
        return any(one.target is placed and one.state is OperationState.PENDING for one in self.noted.values())

    def _awaited(self, placed: Placed, status: FolderStatus, below: int) -> bool:
        for one in self.noted.values():
            if one.target is placed:
                beyond = one.uidvalidity == status.uidvalidity and one.uidnext >= below
                return one.state in OPEN or beyond
        return False

    def _put(self, key: Key, digest: bytes, flags: frozenset[str], internaldate: datetime) -> int:
        old = self.placements.get(key)
        return 0 if old and self._there(old) else super()._put(key, digest, flags, internaldate)

    def _take(self, key: Key, digest: bytes, message: RemoteMessage, loose: Loose) -> bool:
        mine = [placed for at, placed in self.placements.items() if at[0] == key[0]]
        untold = [placed for placed in mine if not placed.gone and self._untold(placed)]
        hidden = [placed for placed in mine if placed.gone and self._there(placed)]
        for placed in untold:
            placed.gone = True
        for placed in hidden:
            placed.gone = False
        taken = super()._take(key, digest, message, loose)
        for placed in untold:
            placed.gone = False
        for placed in hidden:
            placed.gone = True
        return taken

    def _now(self, folder: LocalFolder) -> LocalFolder:
        known = super()._now(folder)
        stored = sum(
            1
            for (at, validity, _), placed in self.placements.items()
            if at == folder.id and validity != AWAITED and self._there(placed) and not placed.left
        )
        return LocalFolder(
            known.id, known.name, known.uidvalidity, known.complete_below, known.highestmodseq, stored, known.told
        )
