"""What is written into the audit: by functions of the database, which alone may (ADR 0031). As the actor, in the transaction of what is
told."""

from collections.abc import Collection, Sequence
from uuid import UUID

from teczka.core.audit import Verb
from teczka.store.statements import execute


def note(verb: Verb, ids: Collection[UUID], case: int | None) -> None:
    execute("SELECT teczka_audit(%s, %s::uuid[], %s)", [verb, list(ids), case])


def note_each(verb: Verb, ids: Collection[UUID], case: int | None, beside: Collection[UUID]) -> None:
    execute(
        "SELECT teczka_audit(%s, one || %s::uuid[], %s) FROM unnest(%s::uuid[]) AS told (one)",
        [verb, list(beside), case, list(ids)],
    )


def note_cases(verb: Verb, cases: Sequence[tuple[UUID, int]]) -> None:
    """Of each its public id, and its own. In this order."""
    execute(
        "SELECT teczka_audit(%s, ARRAY[told.public_id], told.id)"
        " FROM unnest(%s::uuid[], %s::bigint[]) WITH ORDINALITY AS told (public_id, id, place) ORDER BY told.place",
        [verb, [public_id for public_id, _ in cases], [id_ for _, id_ in cases]],
    )


def note_view(message: UUID) -> None:
    execute("SELECT teczka_audit_view(%s)", [message])
