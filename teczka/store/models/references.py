"""References that stand in messages."""

from typing import ClassVar

from django.db import models

from teczka.store.models.messages import Message


class MessageReference(models.Model):
    """core.references.Reference as a row: found by transaction B in the subject, the text or an attachment's name."""

    message = models.ForeignKey(Message, models.DO_NOTHING, related_name="references", db_constraint=False)
    owner_id = models.BigIntegerField()
    office_id = models.BigIntegerField()
    place = models.TextField()  # subject | text | file
    position = models.SmallIntegerField()
    written = models.TextField()
    repertory = models.TextField()
    number = models.TextField()
    year = models.SmallIntegerField()
    division = models.TextField(blank=True)
    court = models.TextField(blank=True)
    suffix = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["owner_id", "repertory", "number", "year"], name="message_reference"),
        ]
