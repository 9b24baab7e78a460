"""Tasks: what somebody is to do, and by when."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from teczka.store.models.cases import Case
from teczka.store.models.messages import Message
from teczka.store.models.people import User
from teczka.store.models.rows import OfficeRow

TO_DO = Q(done_at=None, removed_at=None)


class Task(OfficeRow):
    """Dates are the office's: there is no hour to them, and its time zone says when they begin."""

    title = models.TextField()
    note = models.TextField(blank=True)
    due_on = models.DateField(null=True)
    assignee = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    created_by = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_constraint=False)
    case = models.ForeignKey(Case, models.DO_NOTHING, null=True, related_name="tasks", db_constraint=False)
    # What it was made from. Only who may see the message may know that there was one.
    message = models.ForeignKey(
        Message, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    message_owner_id = models.BigIntegerField(null=True)
    for_office = models.BooleanField(default=False)  # of a task without a case: the whole office sees it
    remind_on = models.DateField(null=True)
    reminded_at = models.DateTimeField(null=True)  # by mail
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        User, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    removed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["office", "id"], name="task_of_office")]
        indexes: ClassVar = [
            models.Index(fields=["assignee", "due_on", "id"], name="task_mine", condition=TO_DO),
            models.Index(fields=["office", "due_on", "id"], name="task_office", condition=TO_DO),
            models.Index(
                fields=["office", "-done_at", "-id"],
                name="task_done",
                condition=Q(done_at__isnull=False, removed_at=None),
            ),
            models.Index(fields=["message"], name="task_message", condition=Q(message__isnull=False)),
        ]
