"""A person's archive: an account without servers, into which mail comes out of files. It is made with the first of them."""

from uuid import UUID

from django.db import transaction

from teczka.actions.account_rows import save
from teczka.actions.accounts import account_of, clear_colour
from teczka.actions.audit import note
from teczka.core.accounts import Mode, Protocol, State
from teczka.core.audit import Verb
from teczka.core.imports import CALLED
from teczka.store import events
from teczka.store.models import Account, User
from teczka.store.viewer import as_user


def archive_of(actor: User) -> Account:
    with as_user(actor.pk), transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # two at once make one
        mine = Account.objects.select_related("owner").filter(owner=actor, protocol=Protocol.ARCHIVE, deleted_at=None)
        return mine.order_by("pk").first() or _made(actor)


def _made(actor: User) -> Account:
    account = Account(
        office_id=actor.office_id,
        owner=actor,
        provider_name=CALLED.get(actor.language, CALLED["en"]),
        address=actor.email,  # nobody writes there: it is its owner's own
        protocol=Protocol.ARCHIVE,
        mode=Mode.MANAGED,
        host="",
        port=0,
        security="",
        in_unified=False,
        colour=clear_colour(actor),
        state=State.WORKING,
    )
    account.username = str(account.public_id)  # each is one of its own
    account.save()
    events.changed([actor.public_id], account.public_id, [])
    note(actor, Verb.ACCOUNT_ADD, [account.public_id])
    return account


def change_archive(actor: User, public_id: UUID, name: str, colour: int) -> None:
    """What it is called, and its colour. Raises NotAllowed."""
    account = account_of(actor, public_id, archive=True)
    with as_user(actor.pk), transaction.atomic():
        save(account, {"provider_name": name, "colour": colour})
        events.changed([actor.public_id], public_id, [])
        note(actor, Verb.ACCOUNT_CHANGE, [public_id])
