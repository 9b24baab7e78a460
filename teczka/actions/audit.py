"""Entries of the register (core/audit.py). Each is written in the transaction of what it tells of: neither is there without the other.

From an entry until its transaction ends the office's chain is locked, so it is the last thing that a transaction does.
"""

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from teczka.core.audit import Verb
from teczka.store.models import User
from teczka.store.viewer import as_user


def note(actor: User, verb: Verb, ids: Collection[UUID], case: int | None = None) -> None:
    """One entry: public ids alone, in the order that core.audit.Verb says. `case`: the case's own id, inside."""
    with as_user(actor.pk), connection.cursor() as cursor:
        cursor.execute("SELECT teczka_audit(%s, %s::uuid[], %s)", [verb, list(ids), case])


def note_each(
    actor: User, verb: Verb, ids: Collection[UUID], case: int | None = None, beside: Collection[UUID] = ()
) -> None:
    """An entry for each of the ids, with what stands `beside` it: whoever may know of one message learns of no other."""
    with as_user(actor.pk), connection.cursor() as cursor:
        cursor.execute(
            "SELECT teczka_audit(%s, one || %s::uuid[], %s) FROM unnest(%s::uuid[]) AS told (one)",
            [verb, list(beside), case, list(ids)],
        )


def note_view(viewer: User, message: UUID) -> None:
    """Somebody was given a message that is another's: noted once an hour, for its pages are fetched several times, and ahead."""
    with as_user(viewer.pk), connection.cursor() as cursor:
        cursor.execute("SELECT teczka_audit_view(%s)", [message])
