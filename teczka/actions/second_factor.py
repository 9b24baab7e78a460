"""The second step of signing in: its owner turns it on and off, an administrator or the machine's keeper lifts it, the door asks for it."""

import time
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils import timezone

from teczka.actions.audit import note
from teczka.actions.own_sign_in import changed, locked
from teczka.actions.policy import check_administrator
from teczka.actions.secrets import open_second_factor, seal_second_factor
from teczka.core.audit import Verb
from teczka.core.errors import NotAllowed
from teczka.core.second_factor import (
    BACKUP_DIGITS,
    DIGITS,
    backup_hash,
    digits_of,
    matching_hash,
    matching_step,
    new_backup_codes,
    new_secret,
)
from teczka.store import passkeys, second_factor
from teczka.store.models import Office, SecondFactor, User
from teczka.store.secrets import SecretBroken
from teczka.store.sessions import end_sessions, look_again, stay_alone
from teczka.store.viewer import as_user

WAITS = timedelta(hours=1)  # for its first code
BEGUN = "second_factor"  # in the session that began it: which row waits for it


def begin(actor: User, session: SessionBase) -> str:
    """The secret that the actor's app is to learn. For an hour it is the same one in this session: a phone loads the page again once it has
    shown the app. Any other session begins anew: whoever has the password must not know beforehand what its owner's app will hold.
    Raises NotAllowed where it is on already."""
    with as_user(actor.pk):
        if locked(actor).second_factor_at is not None:
            raise NotAllowed
        waiting = SecondFactor.objects.filter(owner=actor, made_at__gt=timezone.now() - WAITS).first()
        if waiting is not None and session.get(BEGUN) == str(waiting.public_id):
            with suppress(SecretBroken):
                return open_second_factor(waiting)
        SecondFactor.objects.filter(owner=actor).delete()
        made, secret = SecondFactor(office_id=actor.office_id, owner=actor), new_secret()
        seal_second_factor(made, secret)
        made.save()
        session[BEGUN] = str(made.public_id)
        return secret


def turn_on(actor: User, said: str, session: SessionBase) -> list[str] | None:
    """By the app's first code. The actor stays signed in in this session alone: the others were begun without a second step. Returns their
    backup codes, which nobody can be told again; None where the code is wrong. Raises NotAllowed where it is on already, or what waits was
    not begun in this session."""
    with as_user(actor.pk):
        on = locked(actor).second_factor_at is not None
        row = SecondFactor.objects.filter(owner=actor).first()
        if on or row is None or session.get(BEGUN) != str(row.public_id):
            raise NotAllowed
        try:
            step = matching_step(open_second_factor(row), digits_of(said), time.time(), row.step)
        except SecretBroken:
            raise NotAllowed from None
        if step is None:
            return None
        row.step = step
        codes = _renew(row)
        actor.second_factor_at, actor.second_factor_lifted_at = timezone.now(), None
        actor.save(update_fields=["second_factor_at", "second_factor_lifted_at"])
        del session[BEGUN]
        stay_alone(actor, session)
        note(actor, Verb.SECOND_FACTOR_ON, [actor.public_id])
    return codes


def turn_off(actor: User, session: SessionBase) -> None:
    """By whoever has just said their password, in this session: they stay signed in there alone. Raises NotAllowed where it is not on, or
    the password was replaced meanwhile."""
    with as_user(actor.pk):
        if locked(actor).second_factor_at is None:
            raise NotAllowed
        SecondFactor.objects.filter(owner=actor).delete()
        actor.second_factor_at = None
        actor.save(update_fields=["second_factor_at"])
        stay_alone(actor, session)
        changed(actor, Verb.SECOND_FACTOR_OFF)


def new_codes(actor: User) -> list[str]:
    """Of whoever has just said their password: those from before let nobody in any more. Raises NotAllowed where it is not on, or the
    password was replaced meanwhile."""
    with as_user(actor.pk):
        if locked(actor).second_factor_at is None:
            raise NotAllowed
        codes = _renew(SecondFactor.objects.select_for_update().get(owner=actor))
        changed(actor, Verb.SECOND_FACTOR_CODES)
    return codes


def passes(person: User, said: str) -> bool:
    """Whether this code lets the person in, who has said their password: of the app or a backup code, each once; of two who say it at once
    one passes. Raises store.secrets.SecretBroken where codes of the app can be checked no more."""
    code = digits_of(said)
    with as_user(person.pk):
        row = SecondFactor.objects.select_for_update().filter(owner=person).first()
        if row is None:
            return False
        if len(code) == BACKUP_DIGITS:
            return _spend(person, row, code)
        step = matching_step(open_second_factor(row), code, time.time(), row.step) if len(code) == DIGITS else None
        if step is None:
            return False
        row.step = step
        row.save(update_fields=["step"])
    return True


def note_tries(person: User) -> None:
    """That somebody, who has the password, said so many wrong codes that no more are taken for a while."""
    note(person, Verb.SECOND_FACTOR_TRIES, [person.public_id])


def lift(actor: User, person: UUID) -> None:
    """For somebody of the actor's office who lost it: they sign in by their password alone, anew wherever they were signed in, without the
    passkeys that they had, and are told of it. One's own is turned off by one's password. Raises NotAllowed."""
    check_administrator(actor)
    with as_user(actor.pk):
        here = User.objects.select_for_update(no_key=True).filter(office_id=actor.office_id, public_id=person)
        found = here.first()
        if found is None or found.pk == actor.pk:
            raise NotAllowed
        _lift(found)
        note(actor, Verb.SECOND_FACTOR_LIFT, [person])


def lift_by_keeper(email: str) -> User:
    """The same for the machine's keeper, whom the register names as nobody. Raises NotAllowed where nobody of this address has either."""
    with transaction.atomic():
        found = User.objects.select_for_update(no_key=True).filter(email__iexact=email).first()
        if found is None:
            raise NotAllowed
        _lift(found)
        second_factor.note_as_keeper(found.office_id, Verb.SECOND_FACTOR_LIFT, found.public_id)
    return found


def require(actor: User, *, required: bool) -> None:
    """Of everybody in the actor's office: who has none gets no further until they have. Raises NotAllowed."""
    check_administrator(actor)
    with as_user(actor.pk):
        office = Office.objects.select_for_update(no_key=True).get(pk=actor.office_id)
        if office.requires_second_factor == required:
            return
        office.requires_second_factor = required
        office.save(update_fields=["requires_second_factor"])
        for one in User.objects.filter(office=office, is_active=True, second_factor_at=None):
            look_again(one.public_id)
        note(actor, Verb.SECOND_FACTOR_REQUIRE if required else Verb.SECOND_FACTOR_SPARE, [])


def _renew(row: SecondFactor) -> list[str]:
    codes = new_backup_codes()
    row.backup_hashes = [backup_hash(code, row.public_id.bytes) for code in codes]
    row.save(update_fields=["step", "backup_hashes"])
    return codes


def _spend(person: User, row: SecondFactor, code: str) -> bool:
    spent = matching_hash(row.backup_hashes, code, row.public_id.bytes)
    if spent is None:
        return False
    row.backup_hashes.remove(spent)
    row.save(update_fields=["backup_hashes"])
    note(person, Verb.SECOND_FACTOR_SPENT, [person.public_id])
    return True


def _lift(found: User) -> None:
    """Passkeys go as well: a lost phone held both. Raises NotAllowed where there was neither."""
    second_factor.drop(found.pk)
    had, now = passkeys.drop(found.pk), timezone.now()
    if found.second_factor_at is not None:
        found.second_factor_at, found.second_factor_lifted_at = None, now
    elif had:
        found.sign_in_changed_at = now
    else:
        raise NotAllowed
    found.save(update_fields=["second_factor_at", "second_factor_lifted_at", "sign_in_changed_at"])
    end_sessions(found)
