"""A backup: the database at one moment, every pack that its rows name, and the keys, sealed, while everything runs.

Packs are durable before the rows that name them (P1), and none goes while a backup holds the lock (store/locks.py): so what the snapshot's
rows name is there. A pack that the archive holds already is not written again.
"""

import logging
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

import zstandard
from django.db import transaction

from teczka.actions.backup_opening import incoming, told_as_problems
from teczka.core.errors import Problem, Trouble
from teczka.core.progress import Pace, Told
from teczka.core.settings import settings
from teczka.store import locks
from teczka.store.backup import places
from teczka.store.backup.archive import DATABASE, PACK, Archive
from teczka.store.backup.dump import dump, exported
from teczka.store.backup.envelope import Secret
from teczka.store.backup.places import NewFile
from teczka.store.backup.sealing import PIECE_BYTES
from teczka.store.backup.snapshot import Snapshot
from teczka.store.blobs import blobs
from teczka.store.models import BackupRun
from teczka.store.packs.folder import FolderBlobs
from teczka.store.packs.format import key
from teczka.store.packs.objects import ObjectBlobs
from teczka.store.queries.backups import Contents, contents, waits
from teczka.store.secrets import kept

PATIENCE_SECONDS = 1.0  # with another backup
ZSTD_LEVEL = 3

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """Where to, what opens it, and as whom the database is read."""

    target: str  # a folder, a file or a bucket's address
    secret: Secret
    owner: str  # how the database's owner connects
    days: int | None = None  # for which backups are kept; None: nothing is removed
    by_itself: bool = False


@dataclass
class Figures:
    snapshot: str
    messages: int
    packs: int  # that it names
    new_packs: int  # that were not in the archive before
    pack_bytes: int  # of the new ones
    database_bytes: int  # of the dump
    written: int  # bytes, sealed
    seconds: float
    lost: int  # packs that are gone though something lies in them: `teczka verify` tells more
    removed: int = 0  # backups that were too old
    kept_all: str = ""  # why none could be removed


def back_up(order: Order, told: Told) -> Figures:
    """Raises Problem. What became of it is kept for the health page, either way."""
    with _alone():
        if waits():
            raise Problem(Trouble.BACKUP_WAITS)
        run = BackupRun.objects.create(target=order.target, by_itself=order.by_itself)
        try:
            with told_as_problems(order.target), _room_there(order.target):
                figures = _back_up(order, told)
        except Problem as problem:
            _end(run, problem.trouble, problem.params)
            raise
        except Exception:
            log.exception("a backup failed")
            _end(run, Trouble.INTERNAL, {})
            raise
        _end(run, "", asdict(figures))
    return figures


@contextmanager
def _room_there(target: str) -> Iterator[None]:
    """The disk that is full is not Teczka's: a backup writes to its target alone."""
    try:
        yield
    except Problem as problem:
        if problem.trouble is not Trouble.DISK_FULL:
            raise
        raise Problem(Trouble.BACKUP_PLACE, detail=str(problem.__cause__), target=target) from problem


def record_failure(target: str, problem: Problem) -> None:
    """Of a backup of the settings that could not even begin."""
    _end(BackupRun.objects.create(target=target, by_itself=True), problem.trouble, problem.params)


@contextmanager
def _alone() -> Iterator[None]:
    try:
        with locks.alone(locks.BACKUP, 0, PATIENCE_SECONDS):
            yield
    except TimeoutError as busy:
        raise Problem(Trouble.BACKUP_BUSY) from busy


def _back_up(order: Order, told: Told) -> Figures:
    if places.is_file(order.target):
        with closing(NewFile(Path(order.target).absolute())) as file:
            figures = _into(Archive.begin(file, _installation(), order.secret), order, told)
            file.finish()
        return figures
    place = places.many(order.target, incoming())
    figures = _into(_set(place, order), order, told)
    if order.days is not None:
        _prune(place, order, order.days, figures)
    return figures


def _set(place: FolderBlobs | ObjectBlobs, order: Order) -> Archive:
    if not any(True for _ in place.list()):
        return Archive.begin(place, _installation(), order.secret)
    archive = Archive.open(place, order.secret)
    if archive.head.installation != _installation():
        raise Problem(Trouble.BACKUP_FOREIGN, target=order.target)
    return archive


def _into(archive: Archive, order: Order, told: Told) -> Figures:
    began = time.monotonic()
    with locks.packs_stay():
        with ExitStack() as stack:
            with transaction.atomic():
                locks.hold_keys()  # what the snapshot's secrets are sealed with is there
                connection, name = stack.enter_context(exported(order.owner))
                found = contents(connection)
                keys = {path.name: path.read_bytes() for path in sorted(settings().keys.iterdir()) if path.is_file()}
            at = datetime.now(UTC)
            snapshot_id = f"{at:%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}"
            missing, sizes, lost = _missing(archive, found)
            wanted = sum(length for pieces in missing.values() for _, length in pieces)
            pace = Pace(told, found.bytes + wanted, "database")
            dumped_sql = dump(order.owner, name, settings().postgres_bin)
            database, written = _database(archive, snapshot_id, dumped_sql, pace)
        dumped = pace.done
        pace.what, pace.total = "packs", dumped + wanted
        written += _packs(archive, missing, lost, pace)
        sizes = {pack: size for pack, size in sizes.items() if pack not in lost}
    archive.commit(
        Snapshot(
            snapshot_id,
            at,
            version("teczka"),
            found.migrations,
            tuple(database),
            sizes,
            tuple(lost),
            found.counts,
            keys,
        )
    )
    seconds = round(time.monotonic() - began, 2)
    return Figures(
        snapshot_id, found.counts["messages"], len(sizes), len(missing), wanted, dumped, written, seconds, len(lost)
    )


def _missing(
    archive: Archive, found: Contents
) -> tuple[dict[UUID, list[tuple[int, int]]], dict[UUID, int], list[UUID]]:
    """Of the packs: what the archive wants of each, the sizes of all, and those that are lost."""
    there = dict(blobs().list())
    sizes = {pack: there[key(pack)] for pack in (*found.needed, *found.known) if key(pack) in there}
    wanted = {pack: pieces for pack, size in sizes.items() if (pieces := archive.missing(pack, size))}
    return wanted, sizes, [pack for pack in found.needed if pack not in sizes]


def _database(archive: Archive, whose: str, dumped: Iterator[bytes], pace: Pace) -> tuple[list[int], int]:
    """Compressed, cut into pieces: the bytes of each before sealing, and of all after it."""
    lengths: list[int] = []
    written, waiting = 0, bytearray()
    packer = zstandard.ZstdCompressor(level=ZSTD_LEVEL).compressobj()

    def out(least: int) -> None:
        nonlocal written
        while len(waiting) >= least:
            piece = bytes(waiting[:PIECE_BYTES])
            written += archive.add(DATABASE, whose, len(lengths), piece)
            lengths.append(len(piece))
            del waiting[:PIECE_BYTES]

    for some in dumped:
        waiting += packer.compress(some)
        out(PIECE_BYTES)
        pace.add(len(some))
    waiting += packer.flush()
    out(1)
    return lengths, written


def _packs(archive: Archive, missing: dict[UUID, list[tuple[int, int]]], lost: list[UUID], pace: Pace) -> int:
    """What cannot be read of our own is lost, and keeps nothing else from being saved. Bytes written."""
    written = 0
    for pack, pieces in missing.items():
        for number, length in pieces:
            try:
                data = blobs().get(key(pack), number * PIECE_BYTES, length)
            except (OSError, EOFError):
                log.exception("pack %s cannot be read", pack)
                lost.append(pack)
                break
            written += archive.add(PACK, str(pack), number, data)
            pace.add(length)
    return written


def _prune(place: FolderBlobs | ObjectBlobs, order: Order, days: int, figures: Figures) -> None:
    """A backup is good though an older one is damaged, and nothing can be removed for that."""
    try:
        with told_as_problems(order.target):
            archive = Archive.open(place, order.secret)
            figures.removed = archive.prune(place, datetime.now(UTC) - timedelta(days=days))
    except Problem as problem:
        log.warning("no old backup could be removed: %s", problem.trouble.value)
        figures.kept_all = problem.trouble.value


def _installation() -> str:
    """A name of this installation that nobody else has. What it is made of goes with the keys."""
    return sha256(kept(settings().keys / "installation").encode()).hexdigest()


def _end(run: BackupRun, trouble: str, told: Mapping[str, object]) -> None:
    run.ended_at, run.good, run.trouble, run.told = datetime.now(UTC), not trouble, trouble, dict(told)
    run.save()
