"""Accounts that administrators prepared."""

from uuid import UUID

from teczka.core.errors import NotAllowed
from teczka.store.models import AccountOffer, User
from teczka.store.viewer import as_user


def offers_for(viewer: User) -> list[AccountOffer]:
    """What was prepared for this person, oldest first."""
    with as_user(viewer.pk):
        return list(AccountOffer.objects.filter(for_user=viewer).order_by("id"))


def offer_for(viewer: User, public_id: UUID) -> AccountOffer:
    """Raises NotAllowed."""
    with as_user(viewer.pk):
        found = AccountOffer.objects.filter(for_user=viewer, public_id=public_id).first()
    if found is None:
        raise NotAllowed
    return found


def open_offers(viewer: User) -> list[AccountOffer]:
    """Of the office, for its administrators; `for_user` with each. Nobody else gets any."""
    if not viewer.is_administrator:
        return []
    with as_user(viewer.pk):
        found = AccountOffer.objects.filter(office_id=viewer.office_id).select_related("for_user")
        return list(found.order_by("for_user__name", "id"))
