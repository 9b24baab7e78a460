"""What an office allows, and how many external accounts a person may have."""

from teczka.core.accounts import Protocol
from teczka.core.policy import Hosted, Policy
from teczka.store.models import Account, OfficePolicy, User
from teczka.store.viewer import as_user


def policy(viewer: User) -> Policy:
    """Of the viewer's office; the defaults where no administrator has said anything."""
    with as_user(viewer.pk):
        row = OfficePolicy.objects.filter(office_id=viewer.office_id).first()
    if row is None:
        return Policy()
    return Policy(
        account_limit=row.account_limit,
        allowed_domains=frozenset(row.allowed_domains),
        forbidden_domains=frozenset(row.forbidden_domains),
        ask_ispdb=row.ask_ispdb,
        hosted=tuple(Hosted.from_json(told) for told in row.hosted),
        plain_hosts=frozenset(row.plain_hosts),
        public_providers=frozenset(row.public_providers),
    )


def room(viewer: User) -> tuple[int, int]:
    """How many external accounts the person has, and how many they may have."""
    limit = viewer.account_limit
    with as_user(viewer.pk):
        there = Account.objects.filter(owner=viewer, deleted_at=None).exclude(protocol=Protocol.ARCHIVE).count()
    return there, policy(viewer).account_limit if limit is None else limit
