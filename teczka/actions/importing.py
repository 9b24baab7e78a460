"""Mail out of files into an archive, a batch a transaction: killed at any point and gone on with, nothing is lost and nothing there twice.

A message that lies in the same folder already, byte for byte, is told as a duplicate. Rules, standing shares and filings do not hear of
what comes so (actions/reading.py): it is old, and its owner may run a rule over it.
"""

import logging
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any

from django.db import OperationalError
from django.utils import timezone

from teczka.actions.imports import end_file
from teczka.core.errors import LeaseLost, Problem, Trouble
from teczka.core.folders import LocalFolder
from teczka.core.imports import DELIMITER, ImportState
from teczka.core.labels import is_keyword
from teczka.core.mail import RemoteMessage
from teczka.mime.boxes import walk
from teczka.mime.boxes.entries import Box
from teczka.mime.boxes.found import Found, Letter, Unfit
from teczka.remote.imap.utf7 import decode, encode
from teczka.store import events
from teczka.store.archives import Batch, Identity, LocalArchive, Stopped
from teczka.store.blobs import blobs
from teczka.store.leases import Lease, Leases
from teczka.store.mail import Keeping
from teczka.store.models import Import, ImportFile
from teczka.store.packs.format import HEADER_BYTES, key
from teczka.store.packs.reader import STRIDE
from teczka.store.viewer import as_user

BATCH_BYTES = 16_000_000
BATCH_MESSAGES = 400
BATCH_SECONDS = 1.0  # how long a page waits for its next figure
AHEAD = 2  # batches on their way to the disk

log = logging.getLogger(__name__)

Heard = Callable[[ImportFile], None]


@dataclass
class _Flying:
    """A batch whose messages are being packed."""

    batch: Batch
    folder: LocalFolder | None = None
    messages: list[RemoteMessage] = field(default_factory=list)
    bytes: int = 0
    identities: set[Identity] = field(default_factory=set)
    kept: Keeping | None = None


def run_import(import_id: int, owner_id: int, stopping: threading.Event, heard: Heard = lambda _: None) -> bool:
    """Until all of its files are read, or it is stopped. False where somebody else is at work in its archive. `heard` after each batch.

    Raises Problem(DISK_FULL), and then it is paused.
    """
    with as_user(owner_id):
        row = Import.objects.select_related("account__owner").get(pk=import_id)
    leases = Leases(sharing=False)
    try:
        lease = leases.try_take(row.account_id)
        if lease is None:
            return False
        _run(row, lease, stopping, heard)
    except (Stopped, LeaseLost):
        pass  # its owner's word, or the archive is taken away
    except Problem as problem:
        _pause(row, problem)
        raise
    finally:
        leases.close()
    return True


def _run(row: Import, lease: Lease, stopping: threading.Event, heard: Heard) -> None:
    archive = LocalArchive(row.account, lease.epoch, blobs())
    try:
        while file := _next_file(row):
            _Reading(row, file, archive, stopping, heard).run()
            if stopping.is_set():
                return
        _end(row, archive)
    finally:
        archive.close()


def _next_file(row: Import) -> ImportFile | None:
    with as_user(row.owner_id):
        row.refresh_from_db(fields=["state"])
        if row.state != ImportState.OPEN:
            raise Stopped
        return ImportFile.objects.filter(of=row, ended_at=None).order_by("position").first()


def _end(row: Import, archive: LocalArchive) -> None:
    with archive.writing():
        locked = Import.objects.select_for_update().get(pk=row.pk)
        if locked.state == ImportState.OPEN and not ImportFile.objects.filter(of=row, ended_at=None).exists():
            locked.state, locked.ended_at = ImportState.DONE, timezone.now()
            locked.save(update_fields=["state", "ended_at"])
            _tell(row)


def _pause(row: Import, problem: Problem) -> None:
    with as_user(row.owner_id):
        Import.objects.filter(pk=row.pk, state=ImportState.OPEN).update(state=ImportState.PAUSED)
        file = ImportFile.objects.filter(of=row, ended_at=None).order_by("position").first()
        if file:
            file.troubles = [["", problem.trouble, problem.params], *file.troubles]
            file.save(update_fields=["troubles"])
        _tell(row)


def _tell(row: Import) -> None:
    events.told([row.account.owner.public_id], [events.IMPORTING])


class _Reading:
    """One file, from where it was left."""

    def __init__(
        self, row: Import, file: ImportFile, archive: LocalArchive, stopping: threading.Event, heard: Heard
    ) -> None:
        self._row = row
        self._file = file
        self._archive = archive
        self._stopping = stopping
        self._heard = heard
        self._flying: deque[_Flying] = deque()
        self._folders: dict[tuple[str, ...], LocalFolder] = {}
        self._uid = archive.first_uid() - 1
        self._now = _Flying(Batch(file.at, file.at, file.through))
        self._began = monotonic()

    def run(self) -> None:
        number = 0
        try:
            for number, found in enumerate(_walk(self._file), 1):
                if number > self._file.at:
                    self._take(found, number)
                    if self._stopping.is_set():
                        break
        except Unfit as wrong:
            self._missed("", wrong.trouble)
        except Problem as problem:
            if problem.trouble is not Trouble.IMPORT_BOMB:
                raise
            self._missed("", problem.trouble, problem.params)
        if not number and not self._now.batch.unreadable:
            self._missed("", Trouble.IMPORT_EMPTY)
        self._seal()
        while len(self._flying) > 1:
            self._land()
        with self._archive.writing():  # with its last batch, so that nothing is told of it twice
            self._land()
            if not self._stopping.is_set():
                end_file(ImportFile.objects.select_for_update().get(pk=self._file.pk))

    def _take(self, found: Found, number: int) -> None:
        folder = self._folder(found.folder)
        if self._now.folder and self._now.folder.id != folder.id:
            self._seal()
        self._now.folder = folder
        try:
            message = self._message(found.read())
        except Unfit as wrong:
            self._missed(found.where, wrong.trouble)
        except (Problem, OperationalError, LeaseLost):
            raise
        except Exception:  # a mistake of ours, met by a stranger's file
            log.exception("import %s: message %s of a file cannot be read", self._row.public_id, number)
            self._missed(found.where, Trouble.IMPORT_BROKEN)
        else:
            self._put(message)
        batch = self._now.batch
        batch.at, batch.through = number, int(found.through * self._file.size)
        full = self._now.bytes >= BATCH_BYTES or batch.at - batch.begins >= BATCH_MESSAGES
        if full or monotonic() - self._began >= BATCH_SECONDS:
            self._seal()

    def _message(self, letter: Letter) -> RemoteMessage:
        flags = frozenset(flag for flag in letter.flags if flag[0] == "\\" or is_keyword(flag))
        at = letter.at or self._row.created_at
        self._uid += 1
        if isinstance(letter.body, bytes):
            return RemoteMessage(
                self._uid, flags, at, len(letter.body), letter.body, sha256=sha256(letter.body).digest()
            )
        spool = self._archive.spool(0)
        try:
            for piece in letter.body:
                spool.write(piece)
        except BaseException:
            spool.discard()
            raise
        return RemoteMessage(self._uid, flags, at, spool.size, spool, sha256=spool.sha256)

    def _put(self, message: RemoteMessage) -> None:
        """What the batch, or one on its way, brings to the same folder already is a duplicate; and so is, looked for in `_seal`, what lies
        there."""
        identity = message.sha256, message.size
        before = (flying for flying in self._flying if self._now.folder and flying.folder == self._now.folder)
        if identity in self._now.identities or any(identity in flying.identities for flying in before):
            self._doubled(message)
            return
        self._now.messages.append(message)
        self._now.identities.add(identity)
        self._now.bytes += message.size

    def _doubled(self, message: RemoteMessage) -> None:
        if not isinstance(message.body, bytes | bytearray):
            message.body.discard()
        self._now.batch.duplicates += 1

    def _missed(self, where: str, trouble: Trouble, params: dict[str, Any] | None = None) -> None:
        self._now.batch.unreadable += 1
        shown = where[:300].encode("utf-8", "replace").decode()  # a name on a disk may be any bytes
        self._now.batch.troubles.append([shown, trouble, params or {}])

    def _seal(self) -> None:
        """The batch goes to the packers, and the oldest of those before it to its rows."""
        now = self._now
        if now.messages and now.folder:
            there = self._archive.lying(now.folder, [(message.sha256, message.size) for message in now.messages])
            for message in now.messages:
                if (message.sha256, message.size) in there:
                    self._doubled(message)
            now.messages = [message for message in now.messages if (message.sha256, message.size) not in there]
            now.kept = self._archive.keep(now.messages) if now.messages else None
            now.messages = []
        self._flying.append(now)
        self._now = _Flying(Batch(now.batch.at, now.batch.at, now.batch.through))
        self._began = monotonic()
        while len(self._flying) > AHEAD:
            self._land()

    def _land(self) -> None:
        done = self._flying[0]
        self._archive.pass_on(self._file, done.batch, done.folder, done.kept)
        self._flying.popleft()
        with as_user(self._row.owner_id):
            _tell(self._row)
        self._heard(self._file)

    def _folder(self, levels: tuple[str, ...]) -> LocalFolder:
        """And those above it: a folder in a folder that nobody shows would stand under another."""
        if levels not in self._folders:
            names = [*self._row.folder.split(DELIMITER), *levels]
            for depth in range(1, len(names) + 1):
                path = DELIMITER.join(names[:depth])
                self._folders[levels] = self._archive.folder(path, encode(path))
        return self._folders[levels]


def _walk(file: ImportFile) -> Iterator[Found]:
    """Raises Unfit, Problem(IMPORT_BOMB), OSError."""
    try:
        yield from _walked(file)
    except (Unfit, Problem, OSError):
        raise
    except Exception as error:  # a mistake of ours; left as it is, the file would be begun anew for ever
        log.exception("import: the rest of a file cannot be read")
        raise Unfit(Trouble.IMPORT_BROKEN) from error


def _walked(file: ImportFile) -> Iterator[Found]:
    how = walk.Walk(blobs().incoming, _decoded)
    path = Path(file.path)
    if file.path and path.is_dir():
        yield from walk.folder(path, how)
        return
    with _opened(file) as box:
        yield from walk.file(box, file.name, how)


@contextmanager
def _opened(file: ImportFile) -> Iterator[Box]:
    """Raises Unfit(IMPORT_LOST)."""
    pack = file.pack_id
    local = blobs().local(key(pack)) if pack else Path(file.path)
    try:
        if local is None and pack:
            box = Box(_copy(key(pack), file.size))
        elif local:
            box = Box(local.open("rb"), HEADER_BYTES if pack else 0)
        else:
            raise Unfit(Trouble.IMPORT_LOST)
    except FileNotFoundError as lost:
        raise Unfit(Trouble.IMPORT_LOST) from lost
    except (PermissionError, IsADirectoryError) as closed:
        raise Unfit(Trouble.IMPORT_UNKNOWN) from closed
    try:
        yield box
    finally:
        box.close()


def _copy(name: str, size: int) -> Any:
    """Out of an object store, as it is looked into at every place."""
    copy = tempfile.TemporaryFile(dir=blobs().incoming)  # noqa: SIM115  the box closes it
    for offset in range(0, size, STRIDE):
        copy.write(blobs().get(name, HEADER_BYTES + offset, min(STRIDE, size - offset)))
    copy.flush()
    return copy


def _decoded(name: str) -> str:
    """One level of a Maildir++ folder's name. A dot in it was spelled so by us (actions/mail_export.py)."""
    try:
        return ".".join(decode(part.encode("ascii")) for part in name.split("&AC4-"))
    except ValueError:
        return name
