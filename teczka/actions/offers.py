"""Accounts that an administrator prepares for somebody: everything but the password, which that person alone enters.

Taking one is adding an account (actions/accounts.py), with the offer's id: the offer goes with the account's coming.
"""

from uuid import UUID

from django.db import transaction

from teczka.actions.account_rows import columns
from teczka.actions.policy import check_administrator
from teczka.core.accounts import NewAccount
from teczka.core.errors import NotAllowed
from teczka.store.models import AccountOffer, User
from teczka.store.viewer import as_user

COLUMNS = (
    "provider_name provider protocol host port security username smtp_host smtp_port smtp_security smtp_username"
).split()


def offer_account(actor: User, person: UUID, new: NewAccount) -> AccountOffer:
    """Replaces an earlier offer of the same address. A password in `new` is not kept. Raises NotAllowed."""
    check_administrator(actor)
    colleague = User.objects.filter(office_id=actor.office_id, public_id=person, is_active=True).first()
    if colleague is None:
        raise NotAllowed
    row = columns(new)
    with as_user(actor.pk), transaction.atomic():
        AccountOffer.objects.filter(for_user=colleague, address=new.address).delete()
        return AccountOffer.objects.create(
            office_id=actor.office_id,
            for_user=colleague,
            by_user=actor,
            address=new.address,
            **{name: row[name] for name in COLUMNS},
        )


def drop_offer(actor: User, public_id: UUID) -> None:
    """The person does not want it, or an administrator takes it back. Raises NotAllowed where it is not there."""
    with as_user(actor.pk):
        deleted, _ = AccountOffer.objects.filter(public_id=public_id).delete()
    if not deleted:
        raise NotAllowed
