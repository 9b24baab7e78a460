"""An import of files and folders of this machine, which a command names. Named again after a kill, and unchanged, it is gone on with."""

import os
from collections.abc import Sequence
from errno import EILSEQ, EINVAL
from hashlib import sha256
from pathlib import Path

from django.db import transaction

from teczka.actions.imports import begin_import, folder_path
from teczka.core.imports import ImportState
from teczka.mime.boxes.entries import of_folder
from teczka.store.models import Import, ImportFile, User
from teczka.store.viewer import as_user


def begin_paths(actor: User, folder: str, paths: Sequence[Path]) -> Import:
    """Raises Problem(IMPORT_FOLDER); OSError where one cannot be looked at."""
    named = [(str(path.absolute()), *_looked_at(path)) for path in paths]
    before = _unfinished(actor, folder_path(folder), [(path, mark) for path, _, mark in named])
    if before:
        with as_user(actor.pk):
            Import.objects.filter(pk=before.pk).update(state=ImportState.OPEN)
        return before
    made = begin_import(actor, folder)
    with as_user(actor.pk), transaction.atomic():
        row = Import.objects.select_related("account").get(pk=made.pk)
        ImportFile.objects.bulk_create(
            ImportFile(
                office_id=actor.office_id,
                owner=actor,
                of=row,
                position=position,
                name=Path(path).name,
                size=size,
                path=path,
                sha256=mark,
            )
            for position, (path, size, mark) in enumerate(named)
        )
    return made


def _unfinished(actor: User, folder: str, named: Sequence[tuple[str, bytes]]) -> Import | None:
    with as_user(actor.pk):
        mine = Import.objects.select_related("account")
        open_ = mine.filter(owner=actor, folder=folder, state__in=[ImportState.OPEN, ImportState.PAUSED])
        for row in open_.filter(account__deleted_at=None).order_by("-pk"):
            files = ImportFile.objects.filter(of=row).order_by("position").values_list("path", "sha256")
            if [(path, bytes(mark or b"")) for path, mark in files] == list(named):
                return row
    return None


def _looked_at(path: Path) -> tuple[int, bytes]:
    """Its size in bytes, and a mark of what it is like: of a folder, of all that lies in it. A pipe would be waited for, and a name that is
    no text could not be told."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(EINVAL, os.strerror(EINVAL), str(path))
    if not str(path).isprintable():
        raise OSError(EILSEQ, os.strerror(EILSEQ), ascii(str(path)))
    if not path.is_dir():
        status = path.stat()
        return status.st_size, sha256(f"{status.st_size} {status.st_mtime_ns}".encode()).digest()
    mark, size = sha256(), 0
    for entry in of_folder(path):
        size += entry.size
        mark.update(f"{entry.shown}\0{entry.size}\0{entry.at}\n".encode("utf-8", "surrogateescape"))
    return size, mark.digest()
