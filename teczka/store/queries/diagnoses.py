"""Reports of external accounts that do not work."""

from teczka.store.models import Diagnosis, User
from teczka.store.viewer import as_user

MOST = 200


def open_diagnoses(viewer: User) -> list[Diagnosis]:
    """What the office's administrators have not closed, newest first, its `owner` with each. Nobody else gets any."""
    if not viewer.is_administrator:
        return []
    with as_user(viewer.pk):
        found = Diagnosis.objects.filter(office_id=viewer.office_id, closed_at=None).select_related("owner")
        return list(found.order_by("-created_at")[:MOST])
