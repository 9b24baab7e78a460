"""What every change of one's own ways in begins and ends with: of codes, of passkeys, of a provider."""

from django.utils import timezone

from teczka.actions.audit import note
from teczka.core.audit import Verb
from teczka.core.errors import NotAllowed
from teczka.store.models import User


def locked(actor: User) -> User:
    """As their row stands. Raises NotAllowed where their password is another meanwhile, or they are let in no more."""
    rows = User.objects.select_for_update(no_key=True)
    found = rows.filter(pk=actor.pk, password=actor.password, is_active=True).first()
    if found is None:
        raise NotAllowed
    return found


def changed(actor: User, verb: Verb) -> None:
    """They are told, in every browser of theirs (web/session/noted.py): it may have been somebody who has their password."""
    actor.sign_in_changed_at = timezone.now()
    actor.save(update_fields=["sign_in_changed_at"])
    note(actor, verb, [actor.public_id])
