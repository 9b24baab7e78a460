"""Letters of a test's person, written and sent as the pages do it."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from teczka.actions import outbox
from teczka.actions.drafts import Beginning, create
from teczka.actions.identities import ensure_identities
from teczka.actions.secrets import seal_password
from teczka.actions.sending import Sending
from teczka.core.outgoing import State
from teczka.store.models import Account, Outgoing, OutgoingEvent, Recipient, User
from teczka.store.queries.identities import senders
from teczka.store.viewer import as_user
from tests.cast import make_account
from tests.leased import leased
from tests.submission import Submission

PASSWORD = "sekret-do-poczty"
JAN, EWA, OLA = "jan@a.example", "ewa@b.example", "ola@c.example"


def sends(owner: User, submission: Submission, **fields: Any) -> Account:
    """An account that sends through this server, where it is let in."""
    account = make_account(owner, **({"mode": "managed", "state": "working"} | submission.account_columns() | fields))
    submission.passwords[account.username] = PASSWORD
    with as_user(owner.pk):
        seal_password(account, PASSWORD)
    return account


def written(account: Account, *to: str, **fields: Any) -> Outgoing:
    """A draft to these people."""
    ensure_identities(account.owner)
    as_whom = next(one for one in senders(account.owner) if one.account_id == account.pk)
    people = {"to": [["", address] for address in to or (JAN,)], "cc": [], "bcc": []}
    first: dict[str, Any] = {"recipients": people, "subject": "Pozew o zapłatę", "text": "Treść pisma", "plain": True}
    return create(account.owner, Beginning(**(first | fields)), as_whom)


def sent(draft: Outgoing) -> Outgoing:
    """Held, and its undo over."""
    outbox.send(draft.owner, draft.public_id, draft.revision)
    with as_user(draft.owner_id):
        Outgoing.objects.filter(pk=draft.pk).update(send_at=timezone.now() - timedelta(seconds=1))
    return fresh(draft)


def deliver(account: Account) -> float | None:
    """As its keeper does, once."""
    with leased(account.pk) as lease:
        return Sending(account.pk, account.owner_id, lease).run()


def fresh(row: Outgoing) -> Outgoing:
    with as_user(row.owner_id):
        return Outgoing.objects.select_related("owner").get(pk=row.pk)


def state_of(row: Outgoing) -> State:
    return State(fresh(row).state)


def recipients(row: Outgoing) -> dict[str, str]:
    with as_user(row.owner_id):
        return dict(Recipient.objects.filter(outgoing=row).order_by("id").values_list("address", "state"))


def log_of(row: Outgoing) -> list[str]:
    with as_user(row.owner_id):
        return list(OutgoingEvent.objects.filter(outgoing=row).order_by("id").values_list("what", flat=True))
