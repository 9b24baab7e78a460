"""Entries of the register (core/audit.py). Each is written in the transaction of what it tells of: neither is there without the other.

From an entry until its transaction ends the office's chain is locked, so it is the last thing that a transaction does.
"""

from collections.abc import Collection
from uuid import UUID

from teczka.core.audit import Verb
from teczka.store import audit
from teczka.store.models import Act, Case, Filing, Operation, User
from teczka.store.viewer import as_user

MOST = 1_000  # ids in one entry


def note(actor: User, verb: Verb, ids: Collection[UUID], case: int | None = None) -> None:
    """One entry: public ids alone, in the order that core.audit.Verb says. `case`: the case's own id, inside."""
    with as_user(actor.pk):
        audit.note(verb, ids, case)


def note_each(
    actor: User, verb: Verb, ids: Collection[UUID], case: int | None = None, beside: Collection[UUID] = ()
) -> None:
    """An entry for each of the ids, with what stands `beside` it: whoever may know of one message learns of no other."""
    with as_user(actor.pk):
        audit.note_each(verb, ids, case, beside)


def note_deleted(actor: User, verb: Verb, act: Act) -> None:
    """Of the messages that an act removes for good: of each case's each by itself, of all others together, which nobody else reads."""
    operations = Operation.objects.filter(act=act, message__isnull=False)
    messages = dict(operations.values_list("message_id", "message__public_id"))
    filed = Filing.objects.filter(message__in=messages, case__isnull=False, undone_at=None)
    by_case: dict[int | None, list[UUID]] = {}
    of_cases = set()
    for message, case in filed.values_list("message_id", "case_id"):
        by_case.setdefault(case, []).append(messages[message])
        of_cases.add(message)
    for one, its in by_case.items():
        note_each(actor, verb, its, one)
    others = [public_id for pk, public_id in messages.items() if pk not in of_cases]
    for start in range(0, len(others), MOST):
        note(actor, verb, others[start : start + MOST])


def note_cases(actor: User, verb: Verb, cases: Collection[Case]) -> None:
    """An entry for each case, of itself, in one statement."""
    with as_user(actor.pk):
        audit.note_cases(verb, [(case.public_id, case.pk) for case in cases])


def note_view(viewer: User, message: UUID) -> None:
    """Somebody was given a message that is another's: noted once an hour, for its pages are fetched several times, and ahead."""
    with as_user(viewer.pk):
        audit.note_view(message)
