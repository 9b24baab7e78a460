"""Accounts at rest: paused, or deleted. From the moment such a change commits nobody speaks to their servers.

Whoever keeps the account just then loses the lease with it, so that what a pass is fetching at that moment is not written any more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from teczka.actions.account_rows import save
from teczka.actions.accounts import check_room
from teczka.actions.audit import note, note_each
from teczka.actions.outbox import stop
from teczka.actions.secrets import forget_secret
from teczka.core.accounts import UNDO_DAYS, Auth, Farewell, State
from teczka.core.audit import Verb
from teczka.core.errors import AlreadyThere, NotAllowed, Trouble
from teczka.core.oauth import PROVIDERS
from teczka.store import events, leases
from teczka.store.acts import lock_all
from teczka.store.models import Account, User
from teczka.store.viewer import as_user


def pause_account(actor: User, public_id: UUID) -> None:
    with _resting(actor, public_id) as account:
        _at_work(account)
        save(account, {"paused_at": account.paused_at or timezone.now()})
        note(actor, Verb.ACCOUNT_PAUSE, [public_id])


def resume_account(actor: User, public_id: UUID) -> None:
    with _resting(actor, public_id) as account:
        _at_work(account)
        save(account, {"paused_at": None})
        note(actor, Verb.ACCOUNT_RESUME, [public_id])


def delete_account(actor: User, public_id: UUID, farewell: Farewell) -> None:
    """Nothing happens on the server, and nothing is asked of it. The secret is erased at once; the mail that was downloaded stays in the
    archive, or is hidden now and goes UNDO_DAYS later (actions/removal.py). An archive may be sent after it. What waits to be sent is its
    writer's to decide, and stays with the drafts. Raises NotAllowed.
    """
    with as_user(actor.pk), transaction.atomic():
        lock_all(actor.pk)  # what its letters answered may lie in another of theirs
        _delete(actor, public_id, farewell)


def _delete(actor: User, public_id: UUID, farewell: Farewell) -> None:
    with _resting(actor, public_id) as account:
        if not farewell or account.farewell == Farewell.REMOVE or (account.is_archive and farewell != Farewell.REMOVE):
            raise NotAllowed
        if account.farewell == farewell:  # asked twice: the days in which it can be undone do not begin anew
            return
        forget_secret(account)
        left = stop(account)
        save(account, {"deleted_at": timezone.now(), "farewell": farewell, "paused_at": None})
        note_each(actor, Verb.SEND, left)
        note(actor, Verb.ACCOUNT_DELETE, [public_id])


def take_back(actor: User, public_id: UUID) -> None:
    """Undo a deletion, within UNDO_DAYS: the account is there again and wants its password. What still waits in it, as it does where it was
    handed over, does not go by itself: its writer is asked.

    Raises NotAllowed; AlreadyThere where it was added anew meanwhile; Problem(ACCOUNT_LIMIT).
    """
    try:
        with as_user(actor.pk), transaction.atomic():
            lock_all(actor.pk)  # as for deleting
            _take_back(actor, public_id)
    except IntegrityError as error:
        raise AlreadyThere from error


def _take_back(actor: User, public_id: UUID) -> None:
    missing = {"state": State.NEEDS_OWNER, "trouble": Trouble.SECRET_MISSING, "trouble_since": timezone.now()}
    told = {"trouble_params": {}, "trouble_detail": ""}
    with _resting(actor, public_id) as account:
        if not account.deleted_at or account.deleted_at < timezone.now() - timedelta(days=UNDO_DAYS):
            raise NotAllowed
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # what is added meanwhile counts
        left = stop(account)
        back: dict[str, Any] = {"deleted_at": None, "farewell": Farewell.NONE}
        if not account.is_archive:
            check_room(actor)
            back |= {**missing, **told}
        save(account, back)
        note_each(actor, Verb.SEND, left)
        note(actor, Verb.ACCOUNT_RESTORE, [public_id])


def forget_tokens(actor: User, public_id: UUID) -> None:
    """What Microsoft or Google granted is erased here; its owner has to sign in anew. Mail and settings stay. Raises NotAllowed."""
    with _resting(actor, public_id) as account:
        _at_work(account)
        if account.auth == Auth.PASSWORD:
            raise NotAllowed
        forget_secret(account)
        told = {"trouble": Trouble.OAUTH_ENDED, "trouble_params": {"provider": PROVIDERS[Auth(account.auth)].name}}
        since = {"trouble_detail": "", "trouble_since": timezone.now()}
        save(account, {"state": State.NEEDS_OWNER, **told, **since})
        note(actor, Verb.ACCOUNT_CHANGE, [public_id])


@contextmanager
def _resting(actor: User, public_id: UUID) -> Iterator[Account]:
    """One of the actor's own, deleted or not, locked; its keeper is told, and its owner's pages. Raises NotAllowed."""
    with as_user(actor.pk), transaction.atomic():
        mine = Account.objects.filter(owner=actor, public_id=public_id)
        pk = mine.values_list("pk", flat=True).first()
        if pk is None:
            raise NotAllowed
        leases.revoke(pk)
        yield mine.select_for_update().get()
        events.ask_keeper(pk)
        events.changed([actor.public_id], public_id, [])


def _at_work(account: Account) -> None:
    if account.deleted_at or account.is_archive:
        raise NotAllowed
