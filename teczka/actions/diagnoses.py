"""Reports of external accounts that do not work, sent by their owners to the office's administrators."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from teczka.actions.policy import check_administrator
from teczka.core.diagnoses import MOST, OPEN, redacted
from teczka.core.errors import NotAllowed
from teczka.store.models import Diagnosis, User
from teczka.store.viewer import as_user


def send_diagnosis(actor: User, address: str, report: str) -> Diagnosis:
    """Redacted before it is kept (core/diagnoses.py). A newer report of the same address takes the place of one that is still open, and
    beyond OPEN the oldest goes: one person's reports hide nobody else's."""
    with as_user(actor.pk), transaction.atomic():
        still_open = Diagnosis.objects.filter(owner=actor, closed_at=None)
        still_open.filter(address=address).delete()
        beyond = list(still_open.order_by("-id").values_list("pk", flat=True)[OPEN - 1 :])
        still_open.filter(pk__in=beyond).delete()
        return Diagnosis.objects.create(
            office_id=actor.office_id, owner=actor, address=address, report=redacted(report)[:MOST]
        )


def close_diagnosis(actor: User, public_id: UUID) -> None:
    """Raises NotAllowed."""
    check_administrator(actor)
    with as_user(actor.pk):
        closed = Diagnosis.objects.filter(office_id=actor.office_id, public_id=public_id, closed_at=None)
        if not closed.update(closed_at=timezone.now()):
            raise NotAllowed
