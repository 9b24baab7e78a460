"""Imports of mail as their owner has them: begun, given files, paused, gone on with, ended. The work itself: actions/importing.py."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from teczka.actions.archives import archive_of
from teczka.actions.audit import note
from teczka.actions.packs import let_go
from teczka.actions.receiving import received, thrown_away
from teczka.core.audit import Verb
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.folders import is_name
from teczka.core.imports import DELIMITER, ImportState
from teczka.mime.boxes.entries import LEVELS
from teczka.store import events
from teczka.store.compaction import retire
from teczka.store.models import Import, ImportFile, Pack, User
from teczka.store.packs.writer import Pack as Packed
from teczka.store.viewer import as_user

MOST_BYTES = 50_000_000_000  # of one file: Google's own exports come in such


def begin_import(actor: User, folder: str) -> Import:
    """Below this folder of the archive; its levels parted by "/". Raises Problem(IMPORT_FOLDER)."""
    path = folder_path(folder)
    account = archive_of(actor)
    with as_user(actor.pk), transaction.atomic():
        made = Import.objects.create(office_id=actor.office_id, owner=actor, account=account, folder=path)
        _tell(actor)
        note(actor, Verb.ACCOUNT_IMPORT, [account.public_id])
    return made


def folder_path(folder: str) -> str:
    levels = [level.strip() for level in folder.split(DELIMITER)]
    if len(levels) > LEVELS or not all(is_name(level, DELIMITER) for level in levels):
        raise Problem(Trouble.IMPORT_FOLDER, folder=folder[:100])
    return DELIMITER.join(levels)


def add_file(actor: User, public_id: UUID, name: str, pieces: Iterable[bytes]) -> ImportFile:
    """Sent up: durable when this returns, and read soon after. Raises Problem(UPLOAD_LARGE, UPLOAD_CUT, DISK_FULL), NotAllowed."""
    import_of(actor, public_id)
    packed = received(name, pieces, MOST_BYTES)
    try:
        return _keep(actor, public_id, name, packed)
    except NotAllowed:  # it was ended while the file came, or is a command's
        thrown_away(packed)
        raise


def _keep(actor: User, public_id: UUID, name: str, packed: Packed) -> ImportFile:
    entry = packed.entries[0]
    with _changed(actor, public_id) as row:
        if row.state == ImportState.CANCELLED or ImportFile.objects.filter(of=row).exclude(path="").exists():
            raise NotAllowed  # a worker would go on with what a command named, and something else may lie there by now
        owner = {"office_id": actor.office_id, "owner_id": actor.pk}
        pack = Pack.objects.create(id=packed.id, account_id=row.account_id, size=packed.size, **owner)
        file = ImportFile.objects.create(
            of=row,
            position=next_position(row),
            name=name,
            size=entry.raw_length,
            pack=pack,
            sha256=entry.sha256,
            **owner,
        )
        if row.state == ImportState.DONE:
            row.state, row.ended_at = ImportState.OPEN, None
    return file


def next_position(row: Import) -> int:
    last = ImportFile.objects.filter(of=row).aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1


def pause_import(actor: User, public_id: UUID) -> None:
    """It stops at the next batch. Raises NotAllowed, as all of these."""
    with _changed(actor, public_id) as row:
        if row.state == ImportState.OPEN:
            row.state = ImportState.PAUSED


def resume_import(actor: User, public_id: UUID) -> None:
    with _changed(actor, public_id) as row:
        if row.state == ImportState.PAUSED:
            row.state = ImportState.OPEN


def cancel_import(actor: User, public_id: UUID) -> None:
    """What came stays. What was sent up for it and not read goes."""
    with _changed(actor, public_id) as row:
        if row.state in {ImportState.OPEN, ImportState.PAUSED}:
            row.state, row.ended_at = ImportState.CANCELLED, timezone.now()
            for file in ImportFile.objects.select_for_update().filter(of=row, ended_at=None):
                end_file(file)


def end_file(file: ImportFile) -> None:
    """Nothing more comes of it: what was sent up goes with the transaction."""
    pack = file.pack_id
    file.pack, file.ended_at = None, timezone.now()
    file.save(update_fields=["pack", "ended_at"])
    if pack:
        retire([pack])
        transaction.on_commit(lambda: let_go([pack]))


def import_of(actor: User, public_id: UUID) -> Import:
    with as_user(actor.pk):
        row = Import.objects.filter(owner=actor, public_id=public_id, account__deleted_at=None).first()
    if row is None:
        raise NotAllowed
    return row


@contextmanager
def _changed(actor: User, public_id: UUID) -> Iterator[Import]:
    with as_user(actor.pk), transaction.atomic():
        row = Import.objects.select_for_update().filter(pk=import_of(actor, public_id).pk).get()
        yield row
        row.save(update_fields=["state", "ended_at"])
        events.ask_importer()
        _tell(actor)


def _tell(actor: User) -> None:
    events.told([actor.public_id], [events.IMPORTING])
