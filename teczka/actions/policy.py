"""An office's rules for external accounts. Its administrators set them."""

from collections.abc import Iterable
from uuid import UUID

from teczka.actions.audit import note
from teczka.core.audit import Verb
from teczka.core.errors import NotAllowed
from teczka.core.policy import Policy
from teczka.store.models import OfficePolicy, User
from teczka.store.viewer import as_user


def save_policy(actor: User, policy: Policy) -> None:
    """Accounts that are there already stay, even where they are more than the new limit, or at a domain that is forbidden now."""
    check_administrator(actor)
    with as_user(actor.pk):
        OfficePolicy.objects.update_or_create(
            office_id=actor.office_id,
            defaults={
                "account_limit": policy.account_limit,
                "allowed_domains": _names(policy.allowed_domains),
                "forbidden_domains": _names(policy.forbidden_domains),
                "ask_ispdb": policy.ask_ispdb,
                "hosted": [hosted.as_json() for hosted in policy.hosted],
                "plain_hosts": _names(policy.plain_hosts),
                "public_providers": sorted(policy.public_providers),
            },
        )
        note(actor, Verb.OFFICE_CHANGE, [])


def set_limit(actor: User, person: UUID, most: int | None) -> None:
    """How many external accounts this person may have; None: as many as the office's policy says."""
    check_administrator(actor)
    with as_user(actor.pk):
        if not User.objects.filter(office_id=actor.office_id, public_id=person).update(account_limit=most):
            raise NotAllowed
        note(actor, Verb.PERSON_LIMIT, [person])


def check_administrator(actor: User) -> None:
    """Raises NotAllowed."""
    if not actor.is_administrator:
        raise NotAllowed


def _names(names: Iterable[str]) -> list[str]:
    return sorted({name.strip().rstrip(".").lower() for name in names} - {""})
