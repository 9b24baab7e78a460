"""The local side of an archive: an account whose mail comes out of files (actions/importing.py), under UIDs of our own.

Written like every account's, under its lease: one process at a time brings mail in, and none while it is taken away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from teczka.core.folders import LocalFolder
from teczka.core.imports import DELIMITER, IMPORTED, SETTLED, TROUBLES, ImportState
from teczka.store.columns import array
from teczka.store.mail import Keeping, LocalMail
from teczka.store.models import Folder, ImportFile
from teczka.store.statements import execute, rows_of, value_of

Identity = tuple[bytes, int]  # SHA-256 and length of the raw bytes

PLACED = """
SELECT m.sha256, m.size FROM store_message m JOIN store_placement p ON p.message_id = m.id
WHERE m.account_id = %s AND m.sha256 = ANY(%s::bytea[]) AND p.folder_id = %s AND p.gone_at IS NULL
"""
NEXT_UID = """
SELECT coalesce(max(last.uid), 0) + 1 FROM store_folder f CROSS JOIN LATERAL (
  SELECT uid FROM store_placement p WHERE p.folder_id = f.id AND p.uidvalidity = %s ORDER BY uid DESC LIMIT 1) last
WHERE f.account_id = %s
"""
# There is no server that could say otherwise. What is removed for good waits for its undo (core.acts).
SETTLE = """
UPDATE store_operation SET state = 'done', done_at = now()
WHERE account_id = %(account)s AND state = 'pending' AND (due_at IS NULL OR due_at <= now())
RETURNING id, kind, folder_id, path, target_placement_id
"""


class Stopped(Exception):
    """Its owner paused or ended the import, or somebody else has come further with it."""


@dataclass
class Batch:
    """What lies between two places of a file: messages of one folder, and what came to no message."""

    begins: int  # messages of the file that are behind it
    at: int  # and with it
    through: int = 0  # bytes
    duplicates: int = 0
    unreadable: int = 0
    troubles: list[list[Any]] = field(default_factory=list)


class LocalArchive(LocalMail):
    def folder(self, path: str, wire_name: bytes) -> LocalFolder:
        """There from now on, whoever removed it before."""
        account = self._account
        with self.writing():
            fresh = {"path": path, "gone_at": None, "selectable": True, "delimiter": DELIMITER, "uidvalidity": IMPORTED}
            row, _ = Folder.objects.update_or_create(
                account=account,
                wire_name=wire_name,
                defaults=fresh,
                create_defaults=fresh | {"office_id": account.office_id, "owner_id": account.owner_id},
            )
            self._public[row.pk] = row.public_id
            found = LocalFolder(row.pk, wire_name, IMPORTED, 0, None, row.stored, 0)
            self._tell([found])
        return found

    def lying(self, folder: LocalFolder, identities: Sequence[Identity]) -> set[Identity]:
        """Which of these lie in the folder."""
        with self.writing():
            digests = array([digest for digest, _ in identities])
            return {(bytes(digest), size) for digest, size in rows_of(PLACED, [self._account.pk, digests, folder.id])}

    def first_uid(self) -> int:
        """Above every UID that an import gave in any of its folders."""
        with self.writing():
            return int(value_of(NEXT_UID, [IMPORTED, self._account.pk]))

    def pass_on(self, file: ImportFile, batch: Batch, folder: LocalFolder | None, kept: Keeping | None) -> None:
        """Transaction A: the batch's messages, and that the file has come so far. Raises Stopped, LeaseLost."""
        with self.writing():
            row = ImportFile.objects.select_for_update(of=("self", "of")).select_related("of").get(pk=file.pk)
            if row.of.state != ImportState.OPEN or row.ended_at or row.at != batch.begins:
                raise Stopped
            row.stored += self.add(folder, IMPORTED, kept) if folder and kept else 0
            row.at, row.through = batch.at, batch.through
            row.duplicates += batch.duplicates
            row.unreadable += batch.unreadable
            row.troubles = [*row.troubles, *batch.troubles][:TROUBLES]
            row.save(update_fields=["at", "through", "stored", "duplicates", "unreadable", "troubles"])


def settle(account_id: int) -> list[tuple[int, str]]:
    """What was done in an archive is done. Within the act's transaction. Returns the folders that were renamed, and their new paths."""
    ended = rows_of(SETTLE, {"account": account_id})
    moved = [target for *_, target in ended if target]
    execute(
        "UPDATE store_placement SET uidvalidity = %(settled)s WHERE id = ANY(%(ids)s) AND uidvalidity = -1",
        {"settled": SETTLED, "ids": moved},
    )
    made = [folder for _, kind, folder, _, _ in ended if kind == "create"]
    Folder.objects.filter(pk__in=made).update(uidvalidity=IMPORTED)
    return [(folder, path) for _, kind, folder, path, _ in ended if kind == "rename"]
