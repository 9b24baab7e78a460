"""Mail that its owner brings in out of files, and how far that has come."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from teczka.core.imports import ImportState
from teczka.store.models.accounts import Account
from teczka.store.models.messages import Pack
from teczka.store.models.rows import OwnedRow


class Import(OwnedRow):
    """One going, of as many files as were named or dropped together."""

    account = models.ForeignKey(Account, models.DO_NOTHING, related_name="+", db_constraint=False)  # an archive
    folder = models.TextField()  # the path that the files' own folders come to lie below
    state = models.TextField(default=ImportState.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["id", "office", "owner"], name="import_of_owner")]
        indexes: ClassVar = [models.Index(fields=["owner", "-id"], name="import_list")]


class ImportFile(OwnedRow):
    """One of its files. `at` moves in the transactions that keep its mail, so that whoever goes on after a kill doubles nothing."""

    of = models.ForeignKey(Import, models.DO_NOTHING, related_name="files", db_index=False, db_constraint=False)
    position = models.IntegerField()
    name = models.TextField()  # as its owner's machine calls it
    size = models.BigIntegerField()  # bytes
    # Sent up: a pack of this one entry, until its mail is kept. Or a file or folder of this machine, where a command named it.
    pack = models.ForeignKey(Pack, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False)
    sha256 = models.BinaryField(null=True)
    path = models.TextField(blank=True)
    at = models.BigIntegerField(default=0)  # messages that are behind us, in the order of the file
    through = models.BigIntegerField(default=0)  # and bytes
    stored = models.IntegerField(default=0)  # messages that were placed
    duplicates = models.IntegerField(default=0)  # that lie in the same folder already
    unreadable = models.IntegerField(default=0)
    troubles = models.JSONField(default=list)  # the first of them: [where in the file, core.errors.Trouble, params]
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["of", "position"], name="import_file_once")]
        indexes: ClassVar = [
            models.Index(fields=["pack"], name="import_file_waiting", condition=Q(pack__isnull=False)),
        ]
