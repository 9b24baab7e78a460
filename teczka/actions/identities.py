"""As whom somebody writes: identities of their accounts, with signatures."""

import re
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from teczka.actions.accounts import account_of
from teczka.core.errors import NotAllowed
from teczka.mime.sanitize import sanitize
from teczka.mime.text import of_html
from teczka.store.identities import ensure
from teczka.store.models import Identity, Outgoing, User
from teczka.store.viewer import as_user

_PICTURE = re.compile(r"<img\b[^>]*>")  # as the sanitiser writes it


def ensure_identities(actor: User) -> None:
    """Every account has the one that is its own."""
    with as_user(actor.pk):
        ensure(actor.pk)


def add_identity(actor: User, account: UUID, name: str, address: str, reply_to: str, signature: str) -> None:
    """Another name or address of one account. Raises NotAllowed."""
    found = account_of(actor, account)
    ensure_identities(actor)
    with as_user(actor.pk), transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # two at once get two places
        last = Identity.objects.filter(account=found).aggregate(last=Max("position"))["last"]
        Identity.objects.create(
            office_id=actor.office_id,
            owner=actor,
            account=found,
            name=name,
            address=address,
            reply_to=reply_to,
            position=int(last or 0) + 1,
            **_signature(signature),
        )


def save_identity(actor: User, public_id: UUID, name: str, address: str, reply_to: str, signature: str) -> None:
    """The account's own keeps the account's address, whatever is said here. Raises NotAllowed."""
    with as_user(actor.pk):
        found = Identity.objects.filter(owner=actor, public_id=public_id)
        if not found.update(name=name, reply_to=reply_to, **_signature(signature)):
            raise NotAllowed
        found.exclude(position=0).update(address=address)


def drop_identity(actor: User, public_id: UUID) -> None:
    """Drafts in its name go on in the account's own. Raises NotAllowed, for the account's own, too."""
    with as_user(actor.pk), transaction.atomic():
        found = Identity.objects.filter(owner=actor, public_id=public_id).exclude(position=0).first()
        if found is None:
            raise NotAllowed
        Outgoing.objects.filter(owner=actor, identity=found).update(identity=None)
        found.delete()


def _signature(html: str) -> dict[str, str]:
    """Words alone: a picture would have to go with each letter as a file."""
    clean = _PICTURE.sub("", sanitize(html, cid=lambda _name: None).html)
    words = of_html(clean).strip()
    return {"signature_html": clean if words else "", "signature_text": words}
