"""Offices and their people: the first run, and who is added later."""

import hmac
from pathlib import Path

from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from teczka.actions.audit import note
from teczka.core.audit import Verb
from teczka.core.errors import NotAllowed
from teczka.core.people import Role
from teczka.store.models import Office, User
from teczka.store.secrets import kept
from teczka.store.sessions import stay_alone

SET_UP_TOKEN = "first-run"  # noqa: S105  a file's name


def needs_set_up() -> bool:
    """Whether nobody can sign in yet."""
    return not User.objects.exists()


def set_up_token(keys: Path) -> str:
    """The secret of the first-run link. It lies beside the keys until the office exists, so that a restart prints the same link."""
    return kept(keys / SET_UP_TOKEN)


def check_set_up_token(keys: Path, token: str) -> bool:
    path = keys / SET_UP_TOKEN
    return path.exists() and hmac.compare_digest(path.read_text().strip().encode(), token.encode(errors="replace"))


def set_up_office(keys: Path, office: str, name: str, email: str, password: str, language: str, timezone: str) -> User:
    """The first run: an office and its first administrator. Works once; afterwards the link is dead.

    Raises NotAllowed where somebody was quicker, django's ValidationError for a weak password.
    """
    person = User(email=email, name=name)
    validate_password(password, person)
    with transaction.atomic():
        Office.lock_installation()
        if not needs_set_up():
            raise NotAllowed
        made = Office.objects.create(name=office, timezone=timezone, language=language)
        user = User.objects.create_user(
            email, password, office=made, name=name, role=Role.ADMINISTRATOR, language=language
        )
    (keys / SET_UP_TOKEN).unlink(missing_ok=True)
    return user


def make_first_office(name: str) -> Office | None:
    """For the machine's keeper, who adds the first person by a command. None where there is an office."""
    with transaction.atomic():
        Office.lock_installation()
        return None if Office.objects.exists() else Office.objects.create(name=name)


def add_user(office: Office, email: str, name: str, password: str | None, role: Role = Role.MEMBER) -> User:
    """A new person of the office, as its keeper's command makes one. Without a password nobody can sign in as them yet.

    Raises django's ValidationError for a weak password or an address that is taken.
    """
    user = User(
        office=office, email=User.objects.normalize_email(email).lower(), name=name, role=role, language=office.language
    )
    if password is not None:
        validate_password(password, user)
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    return user


def save_settings(actor: User, name: str, language: str, single_keys: bool, read_after: int, undo_seconds: int) -> None:
    """A person's own; nobody else sets them."""
    actor.name, actor.language, actor.single_keys = name, language, single_keys
    actor.read_after, actor.undo_seconds = read_after, undo_seconds
    actor.save(update_fields=["name", "language", "single_keys", "read_after", "undo_seconds"])


def change_password(actor: User, password: str, session: SessionBase) -> None:
    """Of whoever has just said their current one, in this session: they stay signed in there alone.

    Raises django's ValidationError for a weak password, NotAllowed where the current one was replaced meanwhile.
    """
    validate_password(password, actor)
    with transaction.atomic():
        unchanged = User.objects.select_for_update(no_key=True).filter(pk=actor.pk, password=actor.password)
        if unchanged.first() is None:
            raise NotAllowed
        actor.set_password(password)
        actor.save(update_fields=["password"])
        stay_alone(actor, session)
        note(actor, Verb.PERSON_PASSWORD, [actor.public_id])


def sign_out_elsewhere(actor: User, session: SessionBase) -> None:
    """They stay signed in in this session alone."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # of two browsers at once, one comes first
        stay_alone(actor, session)
        note(actor, Verb.SIGN_OUT_ELSEWHERE, [])
