"""Mail that somebody does not want to wait for: a pass is asked of whoever speaks for the account."""

from uuid import UUID

from django.db import transaction

from teczka.actions.accounts import account_of
from teczka.actions.manners import too_soon
from teczka.core.errors import Problem, Trouble
from teczka.store import events
from teczka.store.asking import forget
from teczka.store.models import Account, FetchRequest, User
from teczka.store.viewer import as_user

KEPT_DAYS = 7  # a request was heard by then, or its account rests


def check_now(actor: User, public_id: UUID) -> None:
    """Raises NotAllowed; Problem(ACCOUNT_RESTS), and Problem(SERVER_INTERVAL) where its provider would refuse us."""
    account = account_of(actor, public_id)
    if early := too_soon(account):
        raise early
    ask(account)


def ask(account: Account) -> FetchRequest:
    """A pass by whoever speaks for the account, soon. The answer comes in the same row: `done_at` and `report`.

    Raises Problem(ACCOUNT_RESTS).
    """
    check_at_work(account)
    with as_user(account.owner_id), transaction.atomic():
        request = FetchRequest.objects.create(office_id=account.office_id, owner_id=account.owner_id, account=account)
        events.ask_keeper(account.pk)
    return request


def forget_requests() -> int:
    """Everybody's that were made long ago. Returns how many there were."""
    return forget(KEPT_DAYS)


def check_at_work(account: Account) -> None:
    """As it stands now. Raises Problem(ACCOUNT_RESTS)."""
    with as_user(account.owner_id):
        account.refresh_from_db(fields=["paused_at", "deleted_at"])
    if account.rests:
        raise Problem(Trouble.ACCOUNT_RESTS)
