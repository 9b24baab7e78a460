"""What is no longer there: messages that were erased, and objects among the packs that no row knows."""

from typing import ClassVar

from django.db import models

from teczka.store.models.accounts import Account
from teczka.store.models.folders import Folder
from teczka.store.models.rows import OwnedRow


class Erased(OwnedRow):
    """A message's tombstone: by it the next pass knows what not to fetch again. The public id was the message's."""

    account = models.ForeignKey(Account, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    sha256 = models.BinaryField()
    size = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)
    cleaned_at = models.DateTimeField(null=True)  # the database's own files hold nothing of it any more

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "sha256", "size"], name="erased_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="erased_unclean", condition=models.Q(cleaned_at=None)),
        ]


class ErasedPlace(models.Model):
    """Where its server still has it: as a placement, for the counts of a pass and for what a POP3 listing is known by."""

    erased = models.ForeignKey(Erased, models.DO_NOTHING, related_name="places", db_constraint=False)
    owner_id = models.BigIntegerField()
    folder = models.ForeignKey(Folder, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    uidvalidity = models.BigIntegerField()
    uid = models.BigIntegerField()
    uidl = models.BinaryField(null=True)
    listed_size = models.BigIntegerField(null=True)
    head = models.BinaryField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["folder", "uidvalidity", "uid"], name="erased_place_once"),
        ]


class Stray(models.Model):
    """An object among the packs of which no row speaks: of a batch that a kill cut off, or of one that is just about to be committed. From
    `condemned_at` on no row may speak of it (migration 0007), so that it can be removed however slow its writer is."""

    pack = models.UUIDField(primary_key=True)
    seen_at = models.DateTimeField(auto_now_add=True)
    condemned_at = models.DateTimeField(null=True)
