"""What did not come from a server: that its owner knows of it."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from teczka.core.errors import NotAllowed, Trouble
from teczka.core.messages import TRIES
from teczka.store.models import FetchTrouble, Folder, User
from teczka.store.viewer import as_user


def hear(actor: User, public_id: UUID) -> None:
    """The notice of this folder's missing messages has been read. It comes back when one more is missing. Raises NotAllowed."""
    with as_user(actor.pk), transaction.atomic():
        folder = Folder.objects.filter(owner=actor, public_id=public_id).first()
        if folder is None:
            raise NotAllowed
        unheard = FetchTrouble.objects.filter(folder=folder, owner_id=actor.pk, heard_at=None)
        # What was put off is told of after its last try at once (queries/unfetched.py).
        unheard.exclude(trouble=Trouble.SERVER_BUSY, tries__lt=TRIES).update(heard_at=timezone.now())
