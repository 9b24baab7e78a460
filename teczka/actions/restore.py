"""A backup into a data folder, a database and a bucket in which nothing lies.

A mark in the data folder comes first and goes last: until then no command serves from it. Killed anywhere and begun again it goes on:
packs that are there whole stay, and the database comes in one transaction. Afterwards nothing is sent and nobody connects before the
keeper says so.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import psycopg
import zstandard
from django.db import transaction
from django.utils import timezone

from teczka.actions.audit import note
from teczka.actions.backup_opening import told_as_problems
from teczka.core.audit import Verb
from teczka.core.errors import Problem, Trouble
from teczka.core.progress import Pace, Told
from teczka.core.settings import Settings
from teczka.store.backup import mark, places
from teczka.store.backup.archive import Archive
from teczka.store.backup.dump import analyse, replay
from teczka.store.backup.envelope import Secret
from teczka.store.backup.snapshot import Snapshot
from teczka.store.backup.stopping import restored_at, stop
from teczka.store.blobs import blobs_of
from teczka.store.datafolder import DataFolder
from teczka.store.migrate import migrate, refuse_unknown
from teczka.store.models import Office, User
from teczka.store.owner import owner_conninfo
from teczka.store.packs import durable
from teczka.store.packs.blobs import Blobs
from teczka.store.packs.format import key
from teczka.store.queries.backups import is_empty
from teczka.store.server import Server


@dataclass
class Restored:
    snapshot: str
    made_at: str
    messages: int
    packs: int
    bytes: int  # of the packs
    stopped: int  # letters that were on their way
    lost: int  # packs that the backup could not find when it was made


def backups(source: str, secret: Secret) -> list[Snapshot]:
    """What an archive holds, oldest first. Raises Problem."""
    with told_as_problems(source):
        archive = _opened(source, secret)
        return [archive.snapshot(one) for one in archive.ids()]


def restore(source: str, secret: Secret, ours: Settings, told: Told, wanted: str) -> Restored:
    """`wanted`: a snapshot's id; "": the newest, or the one that was begun here. Raises Problem; nothing is touched where it is
    RESTORE_FILLED, RESTORE_OTHER, DATA_NEWER or about the archive's head."""
    begun = mark.read(ours.data)
    with told_as_problems(source):
        archive = _opened(source, secret)
        snapshot = archive.snapshot(_chosen(archive, source, wanted or begun or ""))
        refuse_unknown(snapshot.migrations)
        if begun not in (None, snapshot.id):
            raise Problem(Trouble.RESTORE_OTHER, place=str(ours.data), id=begun)
        if begun is None and not mark.is_empty(ours.data):
            raise Problem(Trouble.RESTORE_FILLED, place=str(ours.data))
        _refuse_foreign_packs(ours, snapshot, again=begun is not None)
        _refuse_full(ours, again=begun is not None)
        mark.lay(ours.data, snapshot.id)
        with _database(ours) as owner:
            for name, content in snapshot.keys.items():
                mark.write(ours.keys / name, content)
            pace = Pace(told, sum(snapshot.packs.values()), "packs")
            blobs = blobs_of(ours)
            for pack, size in snapshot.packs.items():
                _pack(archive, pack, size, blobs)
                pace.add(size)
            stopped = _rows(archive, snapshot, owner)
            migrate(owner)
            analyse(owner)
        mark.remove(ours.data)
    counted = (snapshot.counts["messages"], len(snapshot.packs), sum(snapshot.packs.values()))
    return Restored(snapshot.id, snapshot.at.isoformat(), *counted, stopped, len(snapshot.lost))


def connect_again(actor: User | None) -> int:
    """Let the accounts of a restored office connect: the actor's, as its administrator; None, the machine's keeper: all. Letters of
    today's tasks are not written twice. Returns how many offices had been waiting."""
    with transaction.atomic():
        waiting = Office.objects.exclude(restored_at=None)
        if actor:
            waiting = waiting.filter(pk=actor.office_id)
        offices = list(waiting.select_for_update(no_key=True))
        for office in offices:
            today = timezone.localdate(timezone=ZoneInfo(office.timezone))
            User.objects.filter(office=office).update(reminded_on=today)
        waiting.update(restored_at=None)
        if actor and offices:
            note(actor, Verb.OFFICE_CONNECT, [])
    return len(offices)


def _opened(source: str, secret: Secret) -> Archive:
    return Archive.open(places.to_read(source, Path(tempfile.gettempdir())), secret)


def _chosen(archive: Archive, source: str, wanted: str) -> str:
    there = archive.ids()
    if not there or (wanted and wanted not in there):
        raise Problem(Trouble.BACKUP_NONE, target=source, why=f"no {wanted}" if wanted else "none was finished")
    return wanted or there[-1]


def _refuse_foreign_packs(ours: Settings, snapshot: Snapshot, *, again: bool) -> None:
    """Of a bucket: nothing may lie there but what we have put there ourselves."""
    if not ours.blobs_url:
        return
    allowed = {key(pack) for pack in snapshot.packs} if again else set()
    if any(name not in allowed for name, _ in blobs_of(ours).list()):
        raise Problem(Trouble.RESTORE_FILLED, place=ours.blobs_url)


def _refuse_full(ours: Settings, *, again: bool) -> None:
    """Of a server of one's own: no tables may be there, but those of this very backup."""
    if not ours.database_url:
        return
    with psycopg.connect(owner_conninfo(ours)) as owner:
        if not is_empty(owner) and not again:
            raise Problem(Trouble.RESTORE_FILLED, place="TECZKA_DATABASE_URL")


@contextmanager
def _database(ours: Settings) -> Iterator[str]:
    """How its owner connects, while the folder is ours alone."""
    conninfo = owner_conninfo(ours)
    if ours.database_url:
        with DataFolder(ours.data).lock():
            yield conninfo
        return
    server = Server(ours.data, ours.postgres_bin)
    server.start()
    try:
        yield conninfo
    finally:
        server.stop()


def _pack(archive: Archive, pack: UUID, size: int, blobs: Blobs) -> None:
    """A pack has its name only when it is whole."""
    try:
        if blobs.size(key(pack)) == size:
            return
    except FileNotFoundError:
        pass
    half = blobs.incoming / f"{uuid4()}.tmp"
    descriptor = durable.create(half)
    try:
        for piece in archive.pack(pack, size):
            durable.write(descriptor, [piece])
    except BaseException:
        half.unlink()
        raise
    finally:
        durable.close(descriptor)
    blobs.put_file(key(pack), half)


def _rows(archive: Archive, snapshot: Snapshot, conninfo: str) -> int:
    """In one transaction: all, or as if nothing had been. Returns how many letters were stopped."""
    with psycopg.connect(conninfo) as owner:
        if not is_empty(owner):  # a former try came so far
            if restored_at(owner) != snapshot.at:
                raise Problem(Trouble.RESTORE_FILLED, place=owner.info.dbname)
            return 0
        unpacker = zstandard.ZstdDecompressor().decompressobj()
        replay(owner, (unpacker.decompress(piece) for piece in archive.database(snapshot)))
        return stop(owner, snapshot.at)
