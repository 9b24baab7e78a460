"""A new key for all secrets. What was sealed with the old ones is sealed anew, row by row; an old key goes once nothing needs it.

Killed anywhere, nothing is lost: each secret is sealed with the one or the other, and both keys are there. Begun again it goes on with a
newer key still.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from teczka.actions.secrets import (
    open_client_secret,
    open_second_factor,
    reseal,
    seal_client_secret,
    seal_second_factor,
)
from teczka.core.people import Role
from teczka.core.settings import settings
from teczka.store import locks
from teczka.store.models import Account, OAuthClient, SecondFactor, Secret, User
from teczka.store.models.accounts import everyones_accounts
from teczka.store.queries.keys import keys_in_use
from teczka.store.secrets import Keys, SecretBroken
from teczka.store.viewer import as_user

R = TypeVar("R", OAuthClient, SecondFactor)

PATIENCE_SECONDS = 1.0  # with another rotation


@dataclass
class Rotation:
    """`broken`: public ids of what no key here opens: left as it is. `kept`: old keys that something may still want, and that stay."""

    key: str
    resealed: int = 0
    broken: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def rotate() -> Rotation:
    """Raises TimeoutError while another rotation is under way."""
    with locks.alone(locks.ROTATION, 0, PATIENCE_SECONDS):
        keys = Keys(settings().keys)
        done = Rotation(keys.add())
        with transaction.atomic():
            locks.have_keys_alone()  # from here on everybody seals with the new one
        for account_id, owner_id in everyones_accounts():
            with as_user(owner_id):
                _reseal_account(account_id, done)
        for administrator in User.objects.filter(role=Role.ADMINISTRATOR, is_active=True):
            with as_user(administrator.pk):
                _reseal_clients(administrator, done)
        for person in User.objects.all():
            with as_user(person.pk):
                _reseal_second_factor(person, done)
        with transaction.atomic():
            locks.have_keys_alone()
            wanted = keys_in_use() | {done.key}
            for old in keys.ids():
                (done.kept if old in wanted else done.removed).append(old)
            for old in done.removed:
                keys.remove(old)
    done.kept.remove(done.key)
    return done


def _reseal_account(account_id: int, done: Rotation) -> None:
    for secret in Secret.objects.select_for_update().filter(account=account_id).exclude(key_id=done.key):
        account = Account.objects.get(pk=account_id)
        try:
            reseal(account, secret)
            done.resealed += 1
        except SecretBroken:
            done.broken.append(str(account.public_id))


def _reseal_clients(administrator: User, done: Rotation) -> None:
    rows = OAuthClient.objects.select_for_update().filter(office_id=administrator.office_id)
    for client in rows.exclude(key_id__in=["", done.key]):
        _reseal(client, client.public_id, open_client_secret, seal_client_secret, done)


def _reseal_second_factor(person: User, done: Rotation) -> None:
    for row in SecondFactor.objects.select_for_update().filter(owner=person).exclude(key_id=done.key):
        _reseal(row, person.public_id, open_second_factor, seal_second_factor, done)


def _reseal(row: R, named: UUID, open_: Callable[[R], str], seal: Callable[[R, str], None], done: Rotation) -> None:
    """What is sealed in columns of the row itself. `named`: how it is told where no key opens it."""
    try:
        seal(row, open_(row))
    except SecretBroken:
        done.broken.append(str(named))
    else:
        row.save(update_fields=["key_id", "nonce", "ciphertext"])
        done.resealed += 1
