"""Folders as the server has them, and how far each has been fetched."""

from typing import ClassVar

from django.db import models

from teczka.store.models.accounts import Account
from teczka.store.models.rows import OwnedRow


class Folder(OwnedRow):
    account = models.ForeignKey(Account, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    wire_name = models.BinaryField()  # the identity, as LIST gave it; a name need not be valid modified UTF-7
    path = models.TextField()
    delimiter = models.TextField(blank=True)
    role = models.TextField(
        blank=True
    )  # what it serves as: the chosen role, else the server's word, else what its name says
    # core.folders.FolderRole, "" among them: its owner's own choice. NULL: none.
    chosen_role = models.TextField(null=True)  # noqa: DJ001
    selectable = models.BooleanField(default=True)
    gone_at = models.DateTimeField(null=True)  # no longer listed by the server; its mail stays (P2)
    uidvalidity = models.BigIntegerField(null=True)
    # The cursor. Every message below this UID is stored, marked gone or counted as trouble; it moves only in the transaction
    # after the one that made that true (P1). 0 while the first fetch is under way: then the placements themselves tell what is missing.
    complete_below = models.BigIntegerField(default=0)
    highestmodseq = models.BigIntegerField(null=True)  # flags are known up to here, RFC 7162
    on_server = models.IntegerField(default=0)  # messages, as last told: "pobrano 1 240 z 18 402"
    stored = models.IntegerField(default=0)  # placements that are not gone; kept by the writers
    unread = models.IntegerField(default=0)  # of those, without \Seen

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["office", "id"], name="folder_of_office"),
            models.UniqueConstraint(fields=["account", "wire_name"], name="folder_once"),
        ]


class FetchTrouble(models.Model):
    """A message that could not be fetched whole. It holds up nothing: the cursor passes it, and later passes try again."""

    folder = models.ForeignKey(Folder, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    owner_id = models.BigIntegerField()
    uidvalidity = models.BigIntegerField()
    uid = models.BigIntegerField()
    tries = models.IntegerField(default=1)
    trouble = models.TextField()
    last_try_at = models.DateTimeField(auto_now=True)
    heard_at = models.DateTimeField(null=True)  # when its owner closed the notice of it

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["folder", "uidvalidity", "uid"], name="fetch_trouble_once"),
        ]
