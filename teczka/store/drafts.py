"""Drafts among the account's drafts on its server. What we appended there ourselves is in the journal, and nothing else is ever replaced
(P3): a version goes only once the next one lies there, and its bytes are verified at that moment. Within the owner's transaction."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from teczka.core.acts import Kind, OperationState
from teczka.core.folders import AWAITED
from teczka.store import acts, outcomes, placements
from teczka.store.arrivals import Arrival, arrive
from teczka.store.models import Account, Folder, Message, Operation, Placement
from teczka.store.statements import rows_of

FLAGS = frozenset({"\\Draft", "\\Seen"})


def append(
    account: Account, folder: Folder, arriving: Mapping[str, Any], flags: frozenset[str], wait: timedelta | None = None
) -> Operation:
    """A message of ours lies in the folder from now on, and is to lie there on the server of a managed account. `arriving`: as a message
    that a pass brings in (store/arrivals.py), without its UID and flags. Under `acts.lock`; whoever calls tells the keeper."""
    operation = Operation.objects.create(
        office_id=account.office_id,
        owner_id=account.owner_id,
        account=account,
        kind=Kind.APPEND,
        target=folder,
        due_at=timezone.now() + wait if wait else None,
    )
    row = {**arriving, "uid": operation.pk, **placements.flag_columns(flags)}
    arrive(account, folder.pk, AWAITED, Arrival([row]))
    placed = Placement.objects.get(folder=folder, uidvalidity=AWAITED, uid=operation.pk)
    operation.message_id, operation.target_placement_id = placed.message_id, placed.pk
    operation.save(update_fields=["message", "target_placement_id"])
    return operation


def append_draft(account: Account, folder: Folder, arriving: Mapping[str, Any]) -> Operation:
    """The next version of a draft: the same Message-ID as the ones before it. Those that the server has not heard of are taken back; the
    one that lies there goes when this one has come."""
    _withdraw(account, str(arriving["message_id"]))
    return append(account, folder, arriving, FLAGS)


def remove_draft(account: Account, message_id: str) -> None:
    """It was sent, or given up: all versions that we appended go."""
    _withdraw(account, message_id)
    _expunge(account, _ours(account, message_id))


def appended_draft(message: int) -> bool:
    """Whether these are bytes that we appended ourselves, or what a server made of them, and no other program's."""
    appended = Operation.objects.filter(kind=Kind.APPEND, act=None)
    at = appended.filter(state=OperationState.DONE, copied=True, target=OuterRef("folder"))
    rewritten = Exists(at.filter(target_uidvalidity=OuterRef("uidvalidity"), target_uidnext=OuterRef("uid")))
    return (
        appended.filter(message=message).exists()
        or Placement.objects.filter(rewritten, message=message, draft=True).exists()
    )


def replace_older(account: Account, ids: Sequence[int]) -> None:
    """Of these operations those that appended a draft are done: the versions before it may go."""
    for operation in Operation.objects.filter(pk__in=ids, kind=Kind.APPEND, act=None).select_related("message"):
        placed = Placement.objects.filter(pk=operation.target_placement_id or 0, draft=True)
        if operation.message and operation.message.message_id and placed.exists():
            _expunge(account, _ours(account, operation.message.message_id, before=operation.pk))


def forget(days: int, most: int) -> list[UUID]:
    """Everybody's that were given up so long ago or never written in, and files of letters that have gone; by a function over the wall
    (migration 0015). Returns the packs in which nothing lies any more."""
    return [pack for (pack,) in rows_of("SELECT pack_id FROM teczka_forget_drafts(%s, %s)", [days, most])]


def _ours(account: Account, message_id: str, before: int | None = None) -> list[int]:
    """Placements of versions that we appended, on the server or on their way there; and of what a server made of them that keeps no bytes
    as they come (Exchange): it lies where that server said, and a pass has brought it."""
    appended = Operation.objects.filter(
        account=account,
        kind=Kind.APPEND,
        act=None,
        state__in=[OperationState.STARTED, OperationState.DONE],
        message__message_id=message_id,
        target_placement_id__isnull=False,
    )
    if before is not None:
        appended = appended.filter(pk__lt=before)
    there = Placement.objects.filter(draft=True, gone_at=None)
    as_sent = there.filter(pk__in=appended.values("target_placement_id"))
    at = appended.filter(state=OperationState.DONE, copied=True, target=OuterRef("folder"))
    rewritten = there.filter(
        Exists(at.filter(target_uidvalidity=OuterRef("uidvalidity"), target_uidnext=OuterRef("uid")))
    )
    return sorted({*as_sent.values_list("pk", flat=True), *rewritten.values_list("pk", flat=True)})


def _expunge(account: Account, placed: Sequence[int]) -> None:
    if placed:
        acts.expunge(account.owner_id, None, acts.Chosen(placements=placed), timedelta())


def _withdraw(account: Account, message_id: str) -> None:
    """Versions that the server has not heard of: nobody misses them."""
    pending = Operation.objects.filter(
        account=account,
        kind=Kind.APPEND,
        act=None,
        state=OperationState.PENDING,
        message__in=Message.objects.filter(account=account, message_id=message_id),
    )
    drafts = Placement.objects.filter(pk__in=pending.values("target_placement_id"), draft=True)
    targets = {placed.uid: placed.folder_id for placed in drafts}
    outcomes.withdraw(list(targets))
    for operation, folder in targets.items():
        placements.mark_gone(folder, AWAITED, [operation])
