"""How people come in: by a link that an administrator gives them, which works once. The same link lets somebody in again who lost the way.

Nothing of it is kept: the token is made of the person's row, so that a password, once set, or another link ends it.
"""

from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.db import IntegrityError, transaction
from django.utils import timezone

from teczka.actions.audit import note
from teczka.actions.policy import check_administrator
from teczka.core.audit import Verb
from teczka.core.errors import AlreadyThere, NotAllowed
from teczka.core.people import Role
from teczka.store import passkeys, provider_identities
from teczka.store.models import User
from teczka.store.sessions import look_again
from teczka.store.viewer import as_user


def invite(actor: User, email: str, name: str, role: Role) -> tuple[User, str]:
    """A person of the actor's office who cannot sign in yet, and the token of their link. Raises NotAllowed, AlreadyThere."""
    check_administrator(actor)
    try:
        with as_user(actor.pk), transaction.atomic():
            made = User.objects.create_user(
                email, office=actor.office, name=name, role=role, language=actor.office.language
            )
            note(actor, Verb.PERSON_INVITE, [made.public_id])
    except IntegrityError as error:
        raise AlreadyThere(email) from error
    return made, default_token_generator.make_token(made)


def new_link(actor: User, person: UUID) -> tuple[User, str]:
    """For somebody who lost the link, or the password: neither lets them in any longer, nor do passkeys, Microsoft or Google, which
    whoever had the password may have added; and wherever they are signed in, they no longer are. Raises NotAllowed."""
    check_administrator(actor)
    with as_user(actor.pk), transaction.atomic():
        found = (
            User.objects.select_for_update(no_key=True)
            .filter(office_id=actor.office_id, public_id=person, is_active=True)
            .first()
        )
        if found is None or found.pk == actor.pk:  # whoever is in has no need of it, and would be out
            raise NotAllowed
        found.set_unusable_password()
        if passkeys.drop(found.pk) + provider_identities.drop(found.pk):
            found.sign_in_changed_at = timezone.now()
        found.save(update_fields=["password", "sign_in_changed_at"])
        look_again(found.public_id)
        note(actor, Verb.PERSON_RESET, [found.public_id])
    return found, default_token_generator.make_token(found)


def invited(person: UUID, token: str) -> User | None:
    """Whom this link is for, while it works."""
    found = User.objects.select_related("office").filter(public_id=person, is_active=True).first()
    return found if found and default_token_generator.check_token(found, token) else None


def join(person: UUID, token: str, name: str, password: str) -> User:
    """The link is dead afterwards. Raises NotAllowed where it is already, django's ValidationError for a weak password."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).filter(public_id=person).first()  # of two windows one is quicker
        found = invited(person, token)
        if found is None:
            raise NotAllowed
        found.name = name
        validate_password(password, found)
        found.set_password(password)
        found.save(update_fields=["name", "password"])
        note(found, Verb.PERSON_JOIN, [found.public_id])
    return found
