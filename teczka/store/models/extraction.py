"""The text of attached files: what is searched of them besides their names."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from teczka.store.models.messages import Message


class AttachmentText(models.Model):
    """The text of one attachment, made by a limited process after its message is read (actions/extraction.py).

    Rows are made when the message is read, and outlive another reading of it: `offset` and `length` tell whether the part of this path is
    still the same bytes. What a newer extractor shall do again keeps its text until then.
    """

    id = models.BigAutoField(primary_key=True)
    office_id = models.BigIntegerField()
    owner_id = models.BigIntegerField()
    message = models.ForeignKey(Message, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    path = models.TextField()  # the part's
    offset = models.BigIntegerField()
    length = models.BigIntegerField()
    internaldate = models.DateTimeField()  # the message's: the newest goes first
    text = models.TextField(blank=True, default="")
    trouble = models.TextField(blank=True, default="")  # core/extraction.py: why there is no text, or not all of it
    # The durable queue: NULL until extracted; a newer extractor sets it back.
    extracted_with = models.IntegerField(null=True)
    # Begun; only a reader that was killed over it leaves it above 0.
    tries = models.SmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["message", "path"], name="attachment_text_once")]
        indexes: ClassVar = [
            models.Index(fields=["-internaldate"], name="attachment_text_queue", condition=Q(extracted_with=None)),
            models.Index(fields=["owner_id"], name="attachment_text_waiting", condition=Q(extracted_with=None)),
        ]
