"""Passkeys: their owner adds, renames and removes them, and signs in by one instead of password and code."""

import logging
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError
from django.utils import timezone

from teczka.actions.audit import note
from teczka.actions.own_sign_in import changed, locked
from teczka.actions.webauthn import Claim, check, made
from teczka.core.audit import Verb
from teczka.core.errors import AlreadyThere, NotAllowed
from teczka.core.passkeys import LONGEST_NAME, MOST, Place
from teczka.store.models import Passkey, User
from teczka.store.sessions import stay_alone
from teczka.store.viewer import as_user

log = logging.getLogger(__name__)


def handle_of(person: User) -> bytes:
    """What a passkey keeps of whose it is (the user handle): drawn by lot, and told to nobody outside the office."""
    return person.public_id.bytes


def person_of(handle: bytes) -> User | None:
    """Who would sign in by this handle. Not somebody who was shut out; nor who has no password, for then an administrator made them a link
    that they have not used yet, and nothing from before it is to let anybody in."""
    if len(handle) != 16:
        return None
    found = User.objects.select_related("office").filter(public_id=UUID(bytes=handle), is_active=True).first()
    return found if found and found.has_usable_password() else None


def known_to(person: User) -> list[tuple[bytes, list[str]]]:
    """The ids of a person's own, each with how its device is reached."""
    with as_user(person.pk):
        rows = Passkey.objects.filter(owner=person).order_by("id")
        return [(bytes(row.credential_id), row.transports) for row in rows.only("credential_id", "transports")]


def add(actor: User, answer: str, challenge: bytes, place: Place, name: str) -> None:
    """By whoever has just said their password. Raises AlreadyThere where it is somebody's already, or the actor has as many as may be;
    NotAllowed where the answer is not to the challenge, or the password was replaced meanwhile."""
    one = made(answer, challenge, place)
    try:
        with as_user(actor.pk):
            locked(actor)
            if Passkey.objects.filter(owner=actor).count() >= MOST:
                raise AlreadyThere(name)
            Passkey.objects.create(
                office_id=actor.office_id,
                owner=actor,
                credential_id=one.credential_id,
                key=one.key,
                count=one.count,
                transports=list(one.transports),
                name=_short(name),
            )
            changed(actor, Verb.PASSKEY_ADD)
    except IntegrityError as error:
        raise AlreadyThere(name) from error


def rename(actor: User, public_id: UUID, name: str) -> None:
    """Raises NotAllowed."""
    with as_user(actor.pk):
        if not Passkey.objects.filter(owner=actor, public_id=public_id).update(name=_short(name)):
            raise NotAllowed


def remove(actor: User, public_id: UUID, session: SessionBase) -> None:
    """By whoever has just said their password, in this session: they stay signed in there alone, for others may have been begun by it.
    Raises NotAllowed."""
    with as_user(actor.pk):
        locked(actor)
        if not Passkey.objects.filter(owner=actor, public_id=public_id).delete()[0]:
            raise NotAllowed
        stay_alone(actor, session)
        changed(actor, Verb.PASSKEY_REMOVE)


def lets_in(person: User, claim: Claim, challenge: bytes, place: Place) -> bool:
    """Whether this person signed this challenge by a passkey of theirs. One that counts, and has not counted on, may be a copy: it lets
    nobody in, and the register says so. Those that devices share among themselves do not count (0)."""
    if claim.handle and claim.handle != handle_of(person):
        return False
    with as_user(person.pk):
        row = Passkey.objects.select_for_update().filter(owner=person, credential_id=claim.credential_id).first()
        if row is None:
            return False
        try:
            count = check(claim, bytes(row.key), challenge, place)
        except NotAllowed:
            return False
        if (count or row.count) and count <= row.count:
            log.warning(
                "a passkey of %s has signed %s times, and %s before: it may be a copy",
                person.public_id,
                count,
                row.count,
            )
            note(person, Verb.PASSKEY_COPY, [person.public_id])
            return False
        row.count, row.used_at = count, timezone.now()
        row.save(update_fields=["count", "used_at"])
    return True


def _short(name: str) -> str:
    shown = "".join(sign if sign.isprintable() else " " for sign in name)
    return " ".join(shown.split())[:LONGEST_NAME]
