"""An archive: a head, pieces of packs and of dumps, each written once, and snapshots that name them. A snapshot is written last, so it is
there whole or not at all; what no snapshot names is left over from a kill."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from teczka.store.backup import envelope
from teczka.store.backup.envelope import Head, HeadDamaged, Secret
from teczka.store.backup.places import NoArchive, Place
from teczka.store.backup.sealing import OVERHEAD, Broken, Piece, Sealer, lengths
from teczka.store.backup.snapshot import SUFFIX, Snapshot, key_of, parse
from teczka.store.packs.blobs import Blobs
from teczka.store.packs.durable import Buffer

PACK, DATABASE, SNAPSHOT = "pack", "database", "snapshot"


class ArchiveDamaged(Exception):
    """What of it is lost or changed, in words."""


@dataclass
class Checked:
    """What an archive holds, and what of it is not as it was written: an object's name, and what it was."""

    snapshots: int = 0
    pieces: int = 0
    bytes: int = 0
    left_over: int = 0  # objects that no snapshot names
    faults: list[str] = field(default_factory=list)


class Archive:
    """For one reader or writer. `there`: the objects that it holds, by name, with their sizes; they are listed once."""

    def __init__(self, place: Place, head: Head, data_key: bytes, there: dict[str, int]) -> None:
        self.head = head
        self.there = there
        self._place = place
        self._sealer = Sealer.of(data_key)

    @classmethod
    def open(cls, place: Place, secret: Secret) -> "Archive":
        """Raises NoArchive, ArchiveDamaged, envelope.WrongSecret, envelope.HeadNewer."""
        there = dict(place.list())
        if envelope.KEY not in there:
            raise NoArchive("it has no head" if there else "nothing is there")
        try:
            head = envelope.parse(place.get(envelope.KEY, 0, there[envelope.KEY]))
        except HeadDamaged as wrong:
            raise ArchiveDamaged(f"{envelope.KEY}: the head is damaged") from wrong
        return cls(place, head, head.unwrap(secret), there)

    @classmethod
    def begin(cls, place: Place, installation: str, secret: Secret) -> "Archive":
        """A new one, in a place that holds nothing."""
        head, data_key = envelope.new(installation, secret)
        place.put(envelope.KEY, [head.to_bytes()])
        return cls(place, head, data_key, {})

    def add(self, kind: str, whose: str, number: int, plaintext: Buffer) -> int:
        """Durable when it returns. Bytes as stored."""
        piece = Piece(kind, whose, number)
        sealed = self._sealer.seal(piece, plaintext)
        self._place.put(self._sealer.name(piece), sealed)
        return sum(map(len, sealed))

    def missing(self, pack: UUID, size: int) -> list[tuple[int, int]]:
        """The pieces of this pack that are not here, whole as far as their size tells: number and bytes of each."""
        return [
            (number, length)
            for number, length in enumerate(lengths(size))
            if self.there.get(self._sealer.name(Piece(PACK, str(pack), number))) != length + OVERHEAD
        ]

    def commit(self, snapshot: Snapshot) -> None:
        self._place.put(snapshot.key, self._sealer.seal(Piece(SNAPSHOT, snapshot.id), snapshot.to_bytes()))

    def ids(self) -> list[str]:
        """Of the snapshots, oldest first."""
        return sorted(key[3 : -len(SUFFIX)] for key in self.there if key.endswith(SUFFIX))

    def snapshot(self, snapshot_id: str) -> Snapshot:
        """Raises ArchiveDamaged, SnapshotNewer."""
        key, piece = key_of(snapshot_id), Piece(SNAPSHOT, snapshot_id)
        return parse(self._unsealed(key, piece, self.there.get(key, 0)))

    def pack(self, pack: UUID, size: int) -> Iterator[bytes]:
        """Its bytes, a piece at a time. Raises ArchiveDamaged."""
        return self._pieces(PACK, str(pack), lengths(size))

    def database(self, snapshot: Snapshot) -> Iterator[bytes]:
        return self._pieces(DATABASE, snapshot.id, snapshot.database)

    def check(self, told: Callable[[int, int], None] = lambda done, total: None) -> Checked:
        """Every piece that any snapshot names is read and opened once. `told`: bytes, of how many."""
        found, wanted = Checked(), dict[str, tuple[Piece, int]]()
        for snapshot_id in self.ids():
            found.snapshots += 1
            try:
                snapshot = self.snapshot(snapshot_id)
            except ArchiveDamaged as damaged:
                found.faults.append(str(damaged))
                continue
            wanted |= {self._sealer.name(piece): (piece, length) for piece, length in _named(snapshot)}
        total = sum(length for _, length in wanted.values())
        for name, (piece, length) in wanted.items():
            found.pieces, found.bytes = found.pieces + 1, found.bytes + length
            try:
                self._unsealed(name, piece, self.there.get(name, length + OVERHEAD))
            except ArchiveDamaged as damaged:
                found.faults.append(str(damaged))
            told(found.bytes, total)
        found.left_over = len(self.there.keys() - wanted.keys() - {envelope.KEY, *map(key_of, self.ids())})
        if not found.snapshots:
            found.faults.append("it holds no backup")
        return found

    def prune(self, blobs: Blobs, before: datetime) -> int:
        """Snapshots older than that go, but for the newest, and then whatever none of the rest names. Returns how many snapshots went.

        Raises ArchiveDamaged, and then nothing has gone: what a snapshot names that cannot be read must stay.
        """
        there = dict(blobs.list())
        ids = sorted(key[3 : -len(SUFFIX)] for key in there if key.endswith(SUFFIX))
        known = {snapshot_id: self._known(snapshot_id, there) for snapshot_id in ids}
        old = [one for one, snapshot in known.items() if snapshot.at < before and one != ids[-1]]
        for snapshot_id in old:
            blobs.delete(key_of(snapshot_id))
            del known[snapshot_id]
        named = {self._sealer.name(piece) for snapshot in known.values() for piece, _ in _named(snapshot)}
        for key in there.keys() - named - {envelope.KEY} - set(map(key_of, ids)):
            blobs.delete(key)
        return len(old)

    def _known(self, snapshot_id: str, there: dict[str, int]) -> Snapshot:
        key = key_of(snapshot_id)
        return parse(self._unsealed(key, Piece(SNAPSHOT, snapshot_id), there[key]))

    def _pieces(self, kind: str, whose: str, sizes: Iterable[int]) -> Iterator[bytes]:
        for number, length in enumerate(sizes):
            piece = Piece(kind, whose, number)
            yield self._unsealed(self._sealer.name(piece), piece, length + OVERHEAD)

    def _unsealed(self, key: str, piece: Piece, size: int) -> bytes:
        try:
            return self._sealer.unseal(piece, self._place.get(key, 0, size))
        except FileNotFoundError as lost:
            raise ArchiveDamaged(f"{key}: lost ({piece})") from lost
        except EOFError as short:
            raise ArchiveDamaged(f"{key}: cut short ({piece})") from short
        except Broken as broken:
            raise ArchiveDamaged(f"{key}: changed since it was written ({piece})") from broken


def _named(snapshot: Snapshot) -> Iterator[tuple[Piece, int]]:
    for number, length in enumerate(snapshot.database):
        yield Piece(DATABASE, snapshot.id, number), length
    for pack, size in snapshot.packs.items():
        for number, length in enumerate(lengths(size)):
            yield Piece(PACK, str(pack), number), length
