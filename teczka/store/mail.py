"""The local side of one account for a sync pass (`sync.ports.LocalAccount`), in the database and the packs.

Every method that writes is one transaction as the account's owner. It reads the lease's epoch FOR SHARE, so that a worker which was
believed dead either commits before the lease passes on, or not at all.
"""

import logging
from array import array
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.db import connection

from teczka.core.errors import LeaseLost, Problem, Trouble
from teczka.core.folders import DROP, LocalFolder
from teczka.core.mail import DropEntry, FolderStatus, RemoteFlags, RemoteFolder, RemoteMessage, RemoteSummary
from teczka.core.messages import NOTHING_LOOSE, TRIES, Candidate, Known, Loose
from teczka.store import drops, events, folders, placements
from teczka.store.arrivals import Arrival, arrive, discard, keep
from teczka.store.leases import fence
from teczka.store.models import Account
from teczka.store.packs.blobs import Blobs
from teczka.store.packs.format import PackDamaged
from teczka.store.packs.reader import read_range
from teczka.store.packs.spool import SpoolFile
from teczka.store.queries.room import room
from teczka.store.viewer import as_user

log = logging.getLogger(__name__)

NEVER = 0  # is an epoch (store/leases.py)
PACKERS = 2  # one compresses while the other waits for the disk


@dataclass(frozen=True, slots=True)
class Keeping:
    """A batch in a packer's hands."""

    uids: list[int]
    arrival: "Future[Arrival]"


class LocalMail:
    """`epoch` is the lease's under which this worker speaks for the account."""

    def __init__(self, account: Account, epoch: int, blobs: Blobs) -> None:
        self._account = account
        self._epoch = epoch
        self._blobs = blobs
        self._public: dict[int, UUID] = {}  # of the folders
        self._offered: Counter[bytes] = Counter()  # names of folders that may be others' new ones
        self._packers: deque[ThreadPoolExecutor] = deque()  # while there is something to pack
        self._unplaced: set[Future[Arrival]] = set()  # kept, and surely in no row

    def save_folders(self, listed: Sequence[RemoteFolder]) -> list[LocalFolder]:
        self._offered.clear()
        with self.writing():
            found, self._public, changed = folders.save(self._account, listed)
            if changed:
                self._tell([])
        return found

    def unlisted(self, listed: Sequence[RemoteFolder]) -> tuple[list[LocalFolder], list[RemoteFolder]]:
        with as_user(self._account.owner_id):
            missing, new = folders.unlisted(self._account, listed)
        self._offered.update(folder.name for folder in new if missing)
        return missing, [folder for folder in new if self._offered[folder.name] <= TRIES]

    def placed(self, folder: LocalFolder, uids: Sequence[int]) -> dict[int, Candidate]:
        with as_user(self._account.owner_id):
            return placements.placed(folder.id, folder.uidvalidity or 0, uids)

    def renumber(self, folder: LocalFolder) -> None:
        with self.writing():
            folders.renumber(folder.id)

    def rename_folder(self, folder: LocalFolder, to: RemoteFolder) -> None:
        with self.writing():
            folders.rename(self._account.pk, folder.id, to)

    def stored_uids(self, folder: LocalFolder, uidvalidity: int, lowest: int = 1) -> "array[int]":
        with as_user(self._account.owner_id):
            return placements.stored_uids(folder.id, uidvalidity, lowest)

    def troubled_uids(self, folder: LocalFolder, uidvalidity: int) -> dict[int, int]:
        with as_user(self._account.owner_id):
            return folders.troubled_uids(folder.id, uidvalidity)

    def candidates(self, folder: LocalFolder, uidvalidity: int) -> list[Candidate]:
        with as_user(self._account.owner_id):
            return placements.candidates(folder.id, uidvalidity)

    def keep(self, batch: Sequence[RemoteMessage]) -> Keeping:
        once = list({message.uid: message for message in batch}.values())
        if not self._packers:
            self._packers.extend(ThreadPoolExecutor(1, "pack") for _ in range(PACKERS))
        self._packers.rotate()
        arrival = self._packers[0].submit(self._pack, batch, once)
        self._unplaced.add(arrival)
        return Keeping([message.uid for message in once], arrival)

    def add(self, folder: LocalFolder, uidvalidity: int, kept: Keeping, loose: Loose = NOTHING_LOOSE) -> int:
        arrival = kept.arrival.result()
        self._unplaced.discard(kept.arrival)
        try:
            with self.writing():
                new = arrive(self._account, folder.id, uidvalidity, arrival, loose)
                self._tell([folder], unread=True)
        except LeaseLost:
            self._unplaced.add(kept.arrival)  # refused before anything was written
            raise
        return new

    def known(self, folder: LocalFolder) -> list[Known]:
        with as_user(self._account.owner_id):
            return drops.known(folder.id)

    def beginnings(self, folder: LocalFolder, placements: Sequence[int], most: int) -> Iterator[tuple[int, bytes]]:
        with as_user(self._account.owner_id):
            stored = drops.stored_at(folder.id, placements)
        for placement, pack, entry in stored:
            try:
                yield placement, read_range(self._blobs, pack, entry, 0, most)
            except (PackDamaged, FileNotFoundError):
                log.warning("account %s: message of placement %s cannot be read", self._account.public_id, placement)

    def next_uid(self, folder: LocalFolder) -> int:
        with as_user(self._account.owner_id):
            return drops.next_uid(folder.id)

    def recognise(self, folder: LocalFolder, named: Sequence[tuple[int, int, DropEntry]]) -> int:
        with self.writing():
            found = drops.recognise(folder.id, named)
            self._tell([folder])
        return found

    def leave(self, folder: LocalFolder, loose: Loose) -> int:
        with self.writing():
            left = drops.leave(folder.id, loose)
            self._tell([folder])
        return left

    def _pack(self, batch: Sequence[RemoteMessage], once: Sequence[RemoteMessage]) -> Arrival:
        """In a packer's thread, on a connection of its own."""
        try:
            keep_room(self._blobs.incoming)
            with as_user(self._account.owner_id):
                return keep(self._account, self._blobs, once)
        finally:
            for message in batch:
                if isinstance(message.body, SpoolFile):
                    message.body.discard()

    def rest(self) -> None:
        """Between passes nothing waits for mail: hundreds of accounts would hold hundreds of threads, each with a connection to the
        database."""
        while self._packers:
            packer = self._packers.pop()
            packer.submit(lambda: connection.close())  # noqa: PLW0108  the packer's own: which it is, is found out where it is asked
            packer.shutdown()

    def close(self) -> None:
        """Once what the packers hold is done. What came to no row is deleted: the account may be gone by now, or rest."""
        self.rest()
        for arrival in self._unplaced:
            if arrival.exception() is None:
                discard(self._blobs, arrival.result())
        self._unplaced.clear()

    def place(self, folder: LocalFolder, uidvalidity: int, matched: Sequence[tuple[RemoteSummary, int]]) -> int:
        with self.writing():
            new = placements.place(folder.id, uidvalidity, matched)
            self._tell([folder])
        return new

    def set_flags(self, folder: LocalFolder, uidvalidity: int, changes: Sequence[RemoteFlags]) -> int:
        with self.writing():
            changed = placements.set_flags(folder.id, uidvalidity, changes)
            if changed:
                self._tell([folder])
        return changed

    def mark_gone(self, folder: LocalFolder, uidvalidity: int, uids: Sequence[int]) -> int:
        with self.writing():
            gone = placements.mark_gone(folder.id, uidvalidity, uids)
            folders.forget_trouble(folder.id, uidvalidity, uids)
            if gone:
                self._tell([folder])
        return gone

    def give_up(self, folder: LocalFolder, uidvalidity: int, uids: Sequence[int], trouble: Trouble) -> None:
        with self.writing():
            folders.give_up(folder.id, self._account.owner_id, uidvalidity, uids, trouble)

    def opened(self, folder: LocalFolder, status: FolderStatus) -> None:
        with self.writing():
            folders.opened(folder.id, status)
            self._tell([folder])

    def found_empty(self, told: Sequence[tuple[LocalFolder, FolderStatus]]) -> set[int]:
        with self.writing():
            settled = folders.found_empty([(folder.id, status) for folder, status in told])
            self._tell([folder for folder, _ in told])
        return settled

    def complete(self, folder: LocalFolder, status: FolderStatus, complete_below: int) -> None:
        with self.writing():
            if status.uidvalidity == DROP:
                drops.leave_others(folder.id)
            else:
                placements.supersede(folder.id, status.uidvalidity, complete_below)
            folders.complete(folder.id, status, complete_below)
            self._tell([folder])

    def spool(self, size: int) -> SpoolFile:
        keep_room(self._blobs.incoming, size)
        return SpoolFile(self._blobs)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction of the lease's holder, as the owner. Raises LeaseLost."""
        with as_user(self._account.owner_id):
            fence(self._account.pk, self._epoch)
            yield

    def give_lease_up(self) -> None:
        """From any thread: whatever would be written from now on raises LeaseLost."""
        self._epoch = NEVER

    def _tell(self, changed: Sequence[LocalFolder], *, unread: bool = False) -> None:
        named = [self._public[folder.id] for folder in changed if folder.id in self._public]
        events.changed([self._account.owner.public_id], self._account.public_id, named, unread=unread)


def keep_room(folder: Path, wanted: int = 0) -> None:
    """Raises Problem(DISK_FULL) while the database next door still has room to say so."""
    if room(folder, wanted).full:
        raise Problem(Trouble.DISK_FULL)
