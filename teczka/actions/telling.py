"""Who is told that a case changed: whoever may know of it, and nobody else (P7)."""

from collections.abc import Collection
from uuid import UUID

from django.utils import timezone

from teczka.store import events
from teczka.store.models import Case, User


def tell_of_case(case: Case, besides: Collection[UUID] = ()) -> None:
    """Its card or its team changed. `besides`: who knew of it until now."""
    events.told(sorted({*knowing(case), *besides}), [events.CASES, events.case(case.public_id)])


def stir(case: Case) -> None:
    """Something that its team sees happened inside. Never called for private mail: that is its owner's alone to know. Whoever has its row
    in hand just now says so themselves, and is not waited for."""
    rows = Case.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=case.pk)
    Case.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(active_at=timezone.now())
    events.told(_team(case), [events.CASES, events.case(case.public_id)])


def knowing(case: Case) -> list[UUID]:
    """Public ids of who may see its card, of those who can sign in."""
    if case.walled:
        return _team(case)
    everybody = User.objects.filter(office_id=case.office_id, is_active=True)
    return list(everybody.order_by("id").values_list("public_id", flat=True))


def _team(case: Case) -> list[UUID]:
    found = case.members.filter(user__is_active=True).order_by("user_id")
    return list(found.values_list("user__public_id", flat=True))
