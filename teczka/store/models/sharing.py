"""Who sees which message, and by which act of its owner."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from teczka.store.models.acts import Act
from teczka.store.models.cases import Case
from teczka.store.models.messages import Message, Thread
from teczka.store.models.people import User
from teczka.store.models.rows import OfficeRow, OwnedRow

OF_ONE = Q(message=None, thread__isnull=False) | Q(message__isnull=False, thread=None)
WITH_ONE = Q(with_user=None, with_case__isnull=False) | Q(with_user__isnull=False, with_case=None)


class Grant(models.Model):
    """Somebody who is not the message's owner sees it: what lists, counters, search, events and export ask, and row-level security reads.
    Follows from shares and teams (`teczka_regrant`)."""

    pk = models.CompositePrimaryKey("message_id", "user_id", "reason")
    message = models.ForeignKey(Message, models.DO_NOTHING, related_name="grants", db_index=False, db_constraint=False)
    user = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    office_id = models.BigIntegerField()
    owner_id = models.BigIntegerField()  # of the message; a composite foreign key holds it true
    reason = models.TextField()  # "share": with them; "team": with the team of a case, and they are in it
    internaldate = models.DateTimeField()  # of the message: lists of what is shared with somebody walk an index

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "message"], name="grant_given"),
            models.Index(fields=["user", "-internaldate", "-message"], name="grant_list"),
        ]


class Share(OwnedRow):
    """An owner shared a message with a person, or with the team of a case, whoever joins it later included.

    One of a thread is a standing order and shows nothing by itself: for each reply that comes, a row of that message is written that
    names it as `standing`. So mail that joins a thread in another way, as when two threads turn out to be one, is shared by nobody.
    """

    message = models.ForeignKey(Message, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    thread = models.ForeignKey(
        Thread, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    standing = models.ForeignKey("self", models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    with_user = models.ForeignKey(User, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    with_case = models.ForeignKey(Case, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    act = models.ForeignKey(Act, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)
    revoking = models.ForeignKey(Act, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["office", "id"], name="share_of_office"),
            models.CheckConstraint(condition=OF_ONE, name="share_of_one"),
            models.CheckConstraint(condition=WITH_ONE, name="share_with_one"),
            models.UniqueConstraint(
                fields=["message", "thread", "with_user", "with_case"],
                name="share_once",
                condition=Q(revoked_at=None),
                nulls_distinct=False,
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["thread"], name="share_of_thread", condition=Q(thread__isnull=False)),
        ]


class Comment(OfficeRow):
    """Said about a message inside the office, to whoever may see the message. It never enters a mail, and a mention shares nothing."""

    message = models.ForeignKey(Message, models.DO_NOTHING, related_name="+", db_constraint=False)
    owner_id = models.BigIntegerField()  # of the message
    author = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)


class Mention(models.Model):
    """Somebody whom a comment names. They are told if they may see the message, and of no other."""

    comment = models.ForeignKey(Comment, models.DO_NOTHING, related_name="mentions", db_constraint=False)
    user = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    office_id = models.BigIntegerField()
    heard_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["comment", "user"], name="mention_once")]
        indexes: ClassVar = [models.Index(fields=["user"], name="mention_unheard", condition=Q(heard_at=None))]
