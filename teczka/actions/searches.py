"""Searches that somebody keeps: under a name, and the last few as they were made."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from teczka.core.errors import AlreadyThere, NotAllowed
from teczka.store import events
from teczka.store.models import SavedSearch, User
from teczka.store.viewer import as_user

RECENT = 10
LONGEST = 1_000  # signs of a search made of late


def save_search(actor: User, name: str, query: str, *, best: bool) -> UUID:
    """Raises AlreadyThere for a name that another bears, whatever its capitals."""
    try:
        with as_user(actor.pk), transaction.atomic():
            made = {"office_id": actor.office_id, "owner": actor, "name": name, "query": query, "best": best}
            saved = SavedSearch.objects.create(**made)
            _check_once(actor, name)
            events.told([actor.public_id], [events.SEARCHES])
            return saved.public_id
    except IntegrityError as error:
        raise AlreadyThere(name) from error


def rename_search(actor: User, public_id: UUID, name: str) -> None:
    """Raises NotAllowed, AlreadyThere for a name that another bears, whatever its capitals."""
    try:
        with as_user(actor.pk), transaction.atomic():
            if not SavedSearch.objects.filter(owner=actor, public_id=public_id).exclude(name="").update(name=name):
                raise NotAllowed
            _check_once(actor, name)
            events.told([actor.public_id], [events.SEARCHES])
    except IntegrityError as error:
        raise AlreadyThere(name) from error


def drop_search(actor: User, public_id: UUID) -> None:
    """Raises NotAllowed."""
    with as_user(actor.pk), transaction.atomic():
        dropped, _ = SavedSearch.objects.filter(owner=actor, public_id=public_id).exclude(name="").delete()
        if not dropped:
            raise NotAllowed
        events.told([actor.public_id], [events.SEARCHES])


def note_search(actor: User, query: str) -> None:
    """It was made now; of those without a name the last RECENT stay. One that is too long is not kept: cut it would be another."""
    if len(query) > LONGEST:
        return
    with as_user(actor.pk), transaction.atomic():
        SavedSearch.objects.update_or_create(
            owner=actor,
            office_id=actor.office_id,
            name="",
            query=query,
            defaults={"used_at": timezone.now()},
        )
        recent = SavedSearch.objects.filter(owner=actor, name="").order_by("-used_at", "-pk")
        recent.filter(pk__in=list(recent.values_list("pk", flat=True)[RECENT:])).delete()


def forget_searches(actor: User) -> None:
    """Those without a name."""
    with as_user(actor.pk):
        SavedSearch.objects.filter(owner=actor, name="").delete()


def _check_once(actor: User, name: str) -> None:
    if SavedSearch.objects.filter(owner=actor, name__iexact=name).count() > 1:
        raise AlreadyThere(name)
