"""What an administrator does with people: what they may, whether they are let in, and who takes the place of one who left.

One administrator who can sign in there is always.
"""

from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.utils import timezone

from teczka.actions.audit import note
from teczka.actions.policy import check_administrator
from teczka.core.accounts import Farewell
from teczka.core.audit import Verb
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.people import Role
from teczka.store import events, leaving, passkeys, provider_identities, second_factor
from teczka.store.models import Office, User
from teczka.store.sessions import end_sessions, look_again
from teczka.store.sharing import regrant_person
from teczka.store.viewer import as_user


def set_role(actor: User, person: UUID, role: Role) -> None:
    """Raises NotAllowed, Problem(PERSON_LAST)."""
    with as_user(actor.pk), transaction.atomic():
        found = _person(actor, person)
        if found.role == role:
            return
        found.role = role
        found.save(update_fields=["role"])
        _keep_one(actor)
        note(actor, Verb.PERSON_ROLE, [person])


def disable(actor: User, person: UUID) -> None:
    """From now on they are signed in nowhere, a link that they have not used lets nobody in, what others shared with them is theirs to see
    no longer, and nobody fetches their mail. Their own mail stays, and nobody sees it. Raises NotAllowed, Problem(PERSON_LAST)."""
    _let_in(actor, person, let_in=False)


def enable(actor: User, person: UUID) -> None:
    """All is as it was, but for what was handed over; and they sign in anew, with their password or, where they had chosen none, by another
    link: what a lost computer or letter holds stays worth nothing. Raises NotAllowed."""
    _let_in(actor, person, let_in=True)


def hand_over(actor: User, person: UUID, successor: UUID, farewell: Farewell) -> None:
    """Of one who was disabled: the successor takes their place in every team and gets their open tasks; mail that they had filed to a case
    is its team's from now on. Their accounts end: the rest of their mail stays, for nobody else, or goes in UNDO_DAYS. The actor learns
    nothing of cases or mail, and takes the place themselves only where nobody else is left.

    Raises NotAllowed, Problem(PERSON_ALONE).
    """
    with as_user(actor.pk), transaction.atomic():
        found, heir = _person(actor, person), _person(actor, successor)
        if found.is_active or not heir.is_active or farewell is Farewell.NONE:
            raise NotAllowed
        if heir.pk == actor.pk and not _alone(actor):
            raise Problem(Trouble.PERSON_ALONE)
        accounts = leaving.hand_over(found.pk, heir.pk, farewell)
        second_factor.drop(found.pk)
        if passkeys.drop(found.pk) + provider_identities.drop(found.pk):  # let in again, they are told
            found.sign_in_changed_at = timezone.now()
            found.save(update_fields=["sign_in_changed_at"])
        if found.second_factor_at is not None:
            found.second_factor_at, found.second_factor_lifted_at = None, timezone.now()
            found.save(update_fields=["second_factor_at", "second_factor_lifted_at"])
        here = User.objects.filter(office_id=actor.office_id, is_active=True)
        events.everything(list(here.values_list("public_id", flat=True)))  # of no case an id: the actor knows none
        for account in accounts:
            note(actor, Verb.ACCOUNT_DELETE, [account])
        note(actor, Verb.PERSON_HAND_OVER, [person, successor])


def _let_in(actor: User, person: UUID, *, let_in: bool) -> None:
    with as_user(actor.pk), transaction.atomic():
        found = _person(actor, person)
        if found.is_active == let_in:
            return
        found.is_active = let_in
        if not let_in:
            end_sessions(found)
            if not found.has_usable_password():
                found.set_unusable_password()  # another one, so that the link made of it ends
        found.save(update_fields=["is_active", "password"])
        _keep_one(actor)
        regrant_person(found.pk)
        look_again(found.public_id)
        note(actor, Verb.PERSON_ENABLE if let_in else Verb.PERSON_DISABLE, [person])


def _person(actor: User, person: UUID) -> User:
    """Of the actor's office, locked, and before them the office itself: one change at a time, so that no two take the last two away.
    Raises NotAllowed."""
    check_administrator(actor)
    Office.objects.select_for_update(no_key=True).get(pk=actor.office_id)
    found = User.objects.select_for_update(no_key=True).filter(office_id=actor.office_id, public_id=person).first()
    if found is None:
        raise NotAllowed
    return found


def _keep_one(actor: User) -> None:
    """Raises Problem(PERSON_LAST)."""
    keepers = User.objects.filter(office_id=actor.office_id, role=Role.ADMINISTRATOR, is_active=True)
    if not keepers.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX, last_login=None).exists():  # invited alone
        raise Problem(Trouble.PERSON_LAST)


def _alone(actor: User) -> bool:
    """Nobody else of the office can sign in."""
    return not User.objects.filter(office_id=actor.office_id, is_active=True).exclude(pk=actor.pk).exists()
