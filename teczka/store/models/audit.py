"""The audit: a chain of hashes that only grows."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from teczka.store.models.cases import Case
from teczka.store.models.people import Office


class AuditEntry(models.Model):
    """core.audit.Entry as a row, written by the function `teczka_audit` and by nothing else: the app role may not change this table."""

    office = models.ForeignKey(Office, models.DO_NOTHING, related_name="+", db_index=False)
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    verb = models.TextField()  # core.audit.Verb
    ids = ArrayField(models.UUIDField())  # public ids, in the order that the verb says
    case = models.ForeignKey(Case, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False)
    previous = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["office", "seq"], name="audit_once")]
        indexes: ClassVar = [
            models.Index(fields=["case", "-seq"], name="audit_of_case", condition=models.Q(case__isnull=False)),
            models.Index(fields=["actor_id", "-at"], name="audit_of_actor"),
        ]
