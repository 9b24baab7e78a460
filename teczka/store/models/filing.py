"""What mail belongs to."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from teczka.store.models.acts import Act
from teczka.store.models.cases import Case
from teczka.store.models.messages import Message, Thread
from teczka.store.models.people import User
from teczka.store.models.rows import OfficeRow, OwnedRow
from teczka.store.models.sharing import Share
from teczka.store.models.tasks import Task

ACTIVE = Q(undone_at=None)


class Follow(OwnedRow):
    """What answers this thread of its owner's is filed, too: privately, or shared as `share` says."""

    thread = models.ForeignKey(Thread, models.DO_NOTHING, related_name="+", db_constraint=False)
    case = models.ForeignKey(Case, models.DO_NOTHING, related_name="+", db_constraint=False)
    share = models.ForeignKey(Share, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    by = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["office", "id"], name="follow_of_office"),
            models.UniqueConstraint(fields=["thread", "case"], name="follow_once", condition=Q(ended_at=None)),
        ]


class Filing(OfficeRow):
    """A message belongs to a case or to a task: a link that says who made it, when, how and why, and is taken back by a mark."""

    message = models.ForeignKey(Message, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    owner_id = models.BigIntegerField()  # of the message
    case = models.ForeignKey(Case, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False)
    task = models.ForeignKey(Task, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False)
    by = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    at = models.DateTimeField(auto_now_add=True)
    how = models.TextField()  # core.filing.How
    reason = models.TextField(blank=True)  # core.suggestions.Reason; empty: nothing was suggested
    reason_params = models.JSONField(default=dict)
    follow = models.ForeignKey(Follow, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    act = models.ForeignKey(
        Act, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )  # of `by`
    sender = models.TextField(blank=True)  # the message's from_address, lower case: suggestions count them
    sender_domain = models.TextField(blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        User, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(case=None, task__isnull=False) | Q(case__isnull=False, task=None), name="filing_to_one"
            ),
            models.UniqueConstraint(
                fields=["message", "case"], name="filing_case_once", condition=ACTIVE & Q(case__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["message", "task"], name="filing_task_once", condition=ACTIVE & Q(task__isnull=False)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["case", "-at"], name="filing_of_case", condition=Q(case__isnull=False)),
            models.Index(fields=["task"], name="filing_of_task", condition=Q(task__isnull=False)),
            models.Index(fields=["message"], name="filing_message"),
            models.Index(fields=["act"], name="filing_of_act", condition=Q(act__isnull=False)),
            models.Index(fields=["by", "sender", "-id"], name="filing_sender", condition=ACTIVE),
            models.Index(fields=["by", "sender_domain", "-id"], name="filing_domain", condition=ACTIVE),
        ]


class NeverSuggest(OwnedRow):
    """No case, or not this one, is suggested to its owner for mail from this address."""

    address = models.TextField()  # lower case
    case = models.ForeignKey(Case, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "address", "case"], name="never_suggest_once", nulls_distinct=False
            ),
        ]


class SetAside(models.Model):
    """Mail that its owner files nowhere, or later: it waits in the queue of what is unfiled no longer."""

    message = models.OneToOneField(Message, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False)
    owner_id = models.BigIntegerField()
    act = models.ForeignKey(Act, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    at = models.DateTimeField(auto_now_add=True)
