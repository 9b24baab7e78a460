"""The journal: what people did to mail, and the pending operations that tell its server so."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from teczka.core.acts import HIDDEN, HIDING, OPEN, OperationState
from teczka.store.models.accounts import Account
from teczka.store.models.folders import Folder
from teczka.store.models.messages import Message
from teczka.store.models.rows import OwnedRow


class Act(OwnedRow):
    """One thing a person did; what `z` takes back."""

    key = models.UUIDField()  # the page gave it: the same one again does nothing twice
    verb = models.TextField()  # core.acts.Verb
    count = models.IntegerField(default=0)  # messages, or folders, that it changed
    created_at = models.DateTimeField(auto_now_add=True)
    quiet = models.BooleanField(default=False)  # done by the way, as reading is by looking: nothing for `z`
    undone_at = models.DateTimeField(null=True)
    undoes = models.ForeignKey(
        "self", models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "office", "owner"], name="act_of_owner"),
            models.UniqueConstraint(fields=["owner", "key"], name="act_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["undoes"], name="act_undoing", condition=Q(undoes__isnull=False)),
        ]


class Operation(OwnedRow):
    """A pending operation: one message, or one folder, and one change. They are done in the order of their ids within an account. Ids
    of placements are no foreign keys: an awaited placement goes when its operation is refused or taken back."""

    act = models.ForeignKey(Act, models.DO_NOTHING, null=True, related_name="operations", db_constraint=False)
    account = models.ForeignKey(Account, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    kind = models.TextField()  # core.acts.Kind
    folder = models.ForeignKey(
        Folder, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    placement_id = models.BigIntegerField(null=True)
    message = models.ForeignKey(Message, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    target = models.ForeignKey(
        Folder, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    # The awaited one: in `target` under UIDVALIDITY AWAITED and this operation's id for a UID, until the server tells its true one.
    target_placement_id = models.BigIntegerField(null=True)
    flag = models.TextField(blank=True)  # as on the wire: \Seen
    value = models.BooleanField(null=True)
    was = models.BooleanField(null=True)  # what the server last told of the flag
    path = models.TextField(blank=True)  # of the folder that is to be, as people read it
    path_before = models.TextField(blank=True)  # of one that is renamed
    state = models.TextField(default=OperationState.PENDING)
    due_at = models.DateTimeField(null=True)  # not before: what cannot be undone waits for its undo
    started_at = models.DateTimeField(null=True)
    # Of the target before it was said: what a crash leaves is looked for from there on.
    target_uidvalidity = models.BigIntegerField(null=True)
    target_uidnext = models.BigIntegerField(null=True)
    # Of a move without MOVE: its first half was done. Of an append: the server made other bytes of it, which lie at the numbers above.
    copied = models.BooleanField(default=False)
    trouble = models.TextField(blank=True)  # core.errors.Trouble
    trouble_params = models.JSONField(default=dict)
    trouble_detail = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)  # its owner has read that it was refused

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account", "id"], name="operation_open", condition=Q(state__in=OPEN)),
            models.Index(
                fields=["placement_id"],
                name="operation_holds",
                condition=Q(state__in=[*HIDDEN, OperationState.LOCAL]),
            ),
            models.Index(fields=["folder"], name="operation_hides", condition=Q(state__in=HIDDEN, kind__in=HIDING)),
            models.Index(
                fields=["owner", "id"],
                name="operation_refused",
                condition=Q(state=OperationState.REFUSED, dismissed_at=None),
            ),
            # Asked when a folder goes, and by nothing else.
            models.Index(fields=["folder"], name="operation_in_folder", condition=Q(folder__isnull=False)),
            models.Index(fields=["target"], name="operation_to_folder", condition=Q(target__isnull=False)),
        ]
