"""The local side of an account in memory: what `sync.ports.LocalAccount` promises. Passes the same suite as the store's."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from teczka.core.errors import Trouble
from teczka.core.folders import AWAITED, DROP, LocalFolder
from teczka.core.mail import DropEntry, DropHint, FolderStatus, RemoteFlags, RemoteFolder, RemoteMessage, RemoteSummary
from teczka.core.messages import NOTHING_LOOSE, Candidate, Known, Loose
from teczka.sync.plan import bare_id

Key = tuple[int, int, int]  # folder, UIDVALIDITY, UID


@dataclass
class MemorySpool:
    size: int = 0
    data: bytearray = field(default_factory=bytearray)
    discarded: bool = False

    @property
    def sha256(self) -> bytes:
        return sha256(self.data).digest()

    def write(self, data: bytes | bytearray | memoryview) -> int:
        self.data += data
        self.size += len(data)
        return len(data)

    def discard(self) -> None:
        self.discarded = True


@dataclass
class Placed:
    id: int
    digest: bytes
    flags: frozenset[str]
    internaldate: datetime
    gone: bool = False
    left: bool = False
    hint: DropHint | None = None


@dataclass
class MemoryKept:
    batch: Sequence[RemoteMessage]

    @property
    def uids(self) -> list[int]:
        return [message.uid for message in self.batch]


class MemoryAccount:
    def __init__(self) -> None:
        self.messages: dict[bytes, bytes] = {}  # SHA-256 → raw
        self.message_ids: dict[bytes, bytes] = {}
        self.placements: dict[Key, Placed] = {}
        self.troubles: dict[Key, int] = {}
        self._folders: dict[bytes, LocalFolder] = {}
        self._listed: list[bytes] = []
        self._ids = 0

    def save_folders(self, listed: Sequence[RemoteFolder]) -> list[LocalFolder]:
        if listed:
            for name in {folder.name for folder in listed} & self._folders.keys() - set(self._listed):
                back = self._folders[name]
                self._folders[name] = replace(back, complete_below=min(back.complete_below, 1))
            self._listed = sorted(
                {folder.name for folder in listed if folder.selectable}, key=lambda name: (name != b"INBOX", name)
            )
        for name in self._listed:
            self._folders.setdefault(name, LocalFolder(len(self._folders) + 1, name, None, 0, None, 0, 0))
        return [self._now(self._folders[name]) for name in self._listed]

    def unlisted(self, listed: Sequence[RemoteFolder]) -> tuple[list[LocalFolder], list[RemoteFolder]]:
        names = {folder.name for folder in listed}
        missing = [self._now(self._folders[name]) for name in self._listed if names and name not in names]
        new = [folder for folder in listed if folder.selectable and folder.name not in self._listed]
        return [folder for folder in missing if folder.uidvalidity and folder.name.upper() != b"INBOX"], new

    def placed(self, folder: LocalFolder, uids: Sequence[int]) -> dict[int, Candidate]:
        there = {uid: placed for uid, placed in self._in(folder, folder.uidvalidity or 0) if not placed.gone}
        return {uid: self._candidate(placed) for uid, placed in there.items() if uid in uids}

    def renumber(self, folder: LocalFolder) -> None:
        lower = min([-1, *(validity for at, validity, _ in self.placements if at == folder.id)]) - 1
        for at, validity, uid in list(self.placements):
            if (at, validity) == (folder.id, folder.uidvalidity):
                self.placements[at, lower, uid] = self.placements.pop((at, validity, uid))
        self.troubles = {key: tries for key, tries in self.troubles.items() if key[0] != folder.id}
        self._folders[folder.name] = replace(self._folders[folder.name], complete_below=0, highestmodseq=None)

    def rename_folder(self, folder: LocalFolder, to: RemoteFolder) -> None:
        if gone := self._folders.pop(to.name, None):
            self._folders[to.name + b"\0%d" % gone.id] = gone
        known = self._folders.pop(folder.name)
        self._folders[to.name] = replace(known, name=to.name, highestmodseq=None)
        self._listed = [to.name if name == folder.name else name for name in self._listed]

    def stored_uids(self, folder: LocalFolder, uidvalidity: int, lowest: int = 1) -> "array[int]":
        return array(
            "Q", sorted(uid for uid, placed in self._in(folder, uidvalidity) if uid >= lowest and not placed.gone)
        )

    def troubled_uids(self, folder: LocalFolder, uidvalidity: int) -> dict[int, int]:
        return {
            uid: tries
            for (at, validity, uid), tries in self.troubles.items()
            if (at, validity) == (folder.id, uidvalidity)
        }

    def keep(self, batch: Sequence[RemoteMessage]) -> MemoryKept:
        return MemoryKept(batch)

    def add(self, folder: LocalFolder, uidvalidity: int, kept: MemoryKept, loose: Loose = NOTHING_LOOSE) -> int:
        new = 0
        for message in kept.batch:
            raw = bytes(message.body if isinstance(message.body, bytes | bytearray) else message.body.data)  # type: ignore[attr-defined]
            digest = sha256(raw).digest()
            self.messages.setdefault(digest, raw)
            if message.envelope:
                self.message_ids.setdefault(digest, bare_id(message.envelope.message_id))
            key = (folder.id, uidvalidity, message.uid)
            if key in self.placements or not self._take(key, digest, message, loose):
                new += self._put(key, digest, message.flags, message.internaldate)
                self.placements[key].hint = message.hint
            else:
                new += 1
            self.troubles.pop(key, None)
        return new

    def known(self, folder: LocalFolder) -> list[Known]:
        return [
            Known(placed.id, placed.hint or self._unlooked(placed), validity == DROP and not placed.left)
            for (at, validity, _), placed in self.placements.items()
            if at == folder.id and not placed.gone
        ]

    def _candidate(self, placed: Placed) -> Candidate:
        seconds = int(placed.internaldate.timestamp())
        message_id = self.message_ids.get(placed.digest, b"")
        return Candidate(placed.id, len(self.messages[placed.digest]), seconds, message_id)

    def _unlooked(self, placed: Placed) -> DropHint:
        return DropHint(None, len(self.messages[placed.digest]), None)

    def beginnings(self, folder: LocalFolder, placements: Sequence[int], most: int) -> Iterator[tuple[int, bytes]]:
        for placed in self._all_in(folder):
            if placed.id in placements:
                yield placed.id, self.messages[placed.digest]

    def next_uid(self, folder: LocalFolder) -> int:
        return max((uid for at, validity, uid in self.placements if (at, validity) == (folder.id, DROP)), default=0) + 1

    def recognise(self, folder: LocalFolder, named: Sequence[tuple[int, int, DropEntry]]) -> int:
        told = {placement: (uid, entry) for placement, uid, entry in named}
        for key, placed in list(self.placements.items()):
            if placed.id in told:
                uid, entry = told[placed.id]
                self.placements[folder.id, DROP, uid] = self.placements.pop(key)
                head = (placed.hint or self._unlooked(placed)).head
                placed.hint, placed.left = DropHint(entry.uidl, entry.size, head), False
        return len(named)

    def leave(self, folder: LocalFolder, loose: Loose) -> int:
        left = 0
        for uid, placed in self._in(folder, DROP):
            if placed.id in loose.placements and uid < loose.below and not placed.gone and not placed.left:
                placed.left = True
                left += 1
        return left

    def place(self, folder: LocalFolder, uidvalidity: int, matched: Sequence[tuple[RemoteSummary, int]]) -> int:
        new = 0
        for summary, old_id in matched:
            old = next(placed for placed in self.placements.values() if placed.id == old_id)
            new += self._put((folder.id, uidvalidity, summary.uid), old.digest, summary.flags, summary.internaldate)
            old.gone = True
        return new

    def candidates(self, folder: LocalFolder, uidvalidity: int) -> list[Candidate]:
        return [
            self._candidate(placed)
            for (at, validity, _), placed in self.placements.items()
            if at == folder.id and validity != uidvalidity and not placed.gone
        ]

    def set_flags(self, folder: LocalFolder, uidvalidity: int, changes: Sequence[RemoteFlags]) -> int:
        changed = 0
        for change in changes:
            placed = self.placements.get((folder.id, uidvalidity, change.uid))
            if placed and not placed.gone and placed.flags != change.flags:
                placed.flags = change.flags
                changed += 1
        return changed

    def mark_gone(self, folder: LocalFolder, uidvalidity: int, uids: Sequence[int]) -> int:
        gone = 0
        for uid in uids:
            placed = self.placements.get((folder.id, uidvalidity, uid))
            if placed and not placed.gone:
                placed.gone = True
                gone += 1
            self.troubles.pop((folder.id, uidvalidity, uid), None)
        return gone

    def give_up(self, folder: LocalFolder, uidvalidity: int, uids: Sequence[int], trouble: Trouble) -> None:
        for uid in uids:
            key = (folder.id, uidvalidity, uid)
            self.troubles[key] = self.troubles.get(key, 0) + 1

    def opened(self, folder: LocalFolder, status: FolderStatus) -> None:
        kept = self._folders[folder.name]
        if kept.uidvalidity != status.uidvalidity:
            kept = replace(kept, uidvalidity=status.uidvalidity, complete_below=0, highestmodseq=None)
        self._folders[folder.name] = replace(kept, told=status.messages)

    def found_empty(self, told: Sequence[tuple[LocalFolder, FolderStatus]]) -> set[int]:
        empty = [(folder, status) for folder, status in told if not self._all_in(folder)]
        for folder, status in empty:
            self.opened(folder, status)
            self.complete(folder, status, status.uidnext)
        return {folder.id for folder, _ in empty}

    def complete(self, folder: LocalFolder, status: FolderStatus, complete_below: int) -> None:
        drop = status.uidvalidity == DROP
        troubled = any((at, validity) == (folder.id, status.uidvalidity) for at, validity, _ in self.troubles)
        for (at, validity, _), placed in self.placements.items():
            if at == folder.id and validity != status.uidvalidity and not placed.left:
                if drop:
                    placed.left = not placed.gone
                elif validity == AWAITED or not troubled:
                    placed.gone = True
        kept = self._folders[folder.name]
        self._folders[folder.name] = replace(kept, complete_below=complete_below, highestmodseq=status.highestmodseq)

    def spool(self, size: int) -> MemorySpool:
        return MemorySpool()

    def present(self, name: bytes) -> dict[int, tuple[bytes, frozenset[str]]]:
        """What the folder shows: UID → (raw, flags)."""
        folder = self._folders[name]
        return {
            uid: (self.messages[placed.digest], placed.flags)
            for (at, _, uid), placed in self.placements.items()
            if at == folder.id and not placed.gone
        }

    def _put(self, key: Key, digest: bytes, flags: frozenset[str], internaldate: datetime) -> int:
        old = self.placements.get(key)
        if old and not old.gone:
            return 0
        if old:
            old.gone, old.flags, old.digest, old.internaldate = False, flags, digest, internaldate
            return 1
        self._ids += 1
        self.placements[key] = Placed(self._ids, digest, flags, internaldate)
        return 1

    def _take(self, key: Key, digest: bytes, message: RemoteMessage, loose: Loose) -> bool:
        folder, validity, _ = key
        free = [
            (placed.left, placed.id, old)
            for old, placed in self.placements.items()
            if old[0] == folder
            and placed.digest == digest
            and not placed.gone
            and (old[1] != validity or placed.left or (placed.id in loose.placements and old[2] < loose.below))
        ]
        if not free:
            return False
        taken = self.placements[key] = self.placements.pop(min(free)[2])
        taken.left, taken.hint = False, message.hint
        if validity != DROP:
            taken.flags, taken.internaldate = message.flags, message.internaldate
        return True

    def _all_in(self, folder: LocalFolder) -> list[Placed]:
        return [placed for (at, _, _), placed in self.placements.items() if at == folder.id]

    def _in(self, folder: LocalFolder, uidvalidity: int) -> list[tuple[int, Placed]]:
        return [
            (uid, placed)
            for (at, validity, uid), placed in self.placements.items()
            if (at, validity) == (folder.id, uidvalidity)
        ]

    def _now(self, folder: LocalFolder) -> LocalFolder:
        stored = sum(
            1
            for (at, validity, _), placed in self.placements.items()
            if at == folder.id and folder.uidvalidity in (None, validity) and not placed.gone and not placed.left
        )
        return replace(folder, stored=stored)
