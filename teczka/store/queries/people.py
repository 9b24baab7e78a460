"""The people of an office and how their external accounts are doing, as its administrators see them: never a trace of mail (P7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from teczka.core.accounts import State
from teczka.core.people import Role
from teczka.store.models import User
from teczka.store.statements import rows_of
from teczka.store.viewer import as_user


@dataclass(frozen=True, slots=True)
class Health:
    """One account's."""

    address: str
    protocol: str
    state: str  # core.accounts.State
    troubled: bool
    incomplete: bool  # something on its server did not come
    trouble_since: datetime | None
    last_contact_at: datetime | None
    paused: bool

    @property
    def needs_owner(self) -> bool:
        return self.state == State.NEEDS_OWNER

    @property
    def fetching(self) -> bool:
        return self.state in {State.NEW, State.FETCHING}


@dataclass(frozen=True, slots=True)
class Person:
    public_id: UUID
    name: str
    email: str
    is_administrator: bool
    account_limit: int | None  # None: as many as the office's policy says
    active: bool  # is let in
    came: bool  # has a password; else an invitation, or a link after a reset
    last_login: datetime | None
    second_factor_at: datetime | None  # since when they sign in by a second step
    accounts: list[Health] = field(default_factory=list)


def people(viewer: User) -> list[Person]:
    """Everybody of the office who can sign in, in no order. Nobody but its administrators gets any."""
    return [one for one in everybody(viewer) if one.active]


def everybody(viewer: User) -> list[Person]:
    """With those who no longer can."""
    if not viewer.is_administrator:
        return []
    health = _health(viewer)
    return [
        Person(
            one.public_id,
            one.name,
            one.email,
            one.is_administrator,
            one.account_limit,
            one.is_active,
            one.has_usable_password(),
            one.last_login,
            one.second_factor_at,
            health.get(one.pk, []),
        )
        for one in User.objects.filter(office_id=viewer.office_id)
    ]


def colleagues(viewer: User) -> list[User]:
    """Everybody else of the office who can sign in."""
    found = User.objects.filter(office_id=viewer.office_id, is_active=True).exclude(pk=viewer.pk)
    return list(found.order_by("name", "pk").only("public_id", "name", "email"))


def administrators(viewer: User) -> list[str]:
    """The names of those whom anybody of the office may ask for what only they can do."""
    found = User.objects.filter(office_id=viewer.office_id, is_active=True, role=Role.ADMINISTRATOR)
    return list(found.order_by("name", "pk").values_list("name", flat=True))


def _health(viewer: User) -> Mapping[int, list[Health]]:
    """By owner; over the wall, by a function that tells no more than this (migration 0002)."""
    by_owner: dict[int, list[Health]] = {}
    with as_user(viewer.pk):
        rows = rows_of(
            "SELECT owner_id, address, protocol, state, troubled, incomplete, trouble_since, last_contact_at, paused"
            " FROM teczka_office_accounts()"
        )
        for owner, *facts in rows:
            by_owner.setdefault(owner, []).append(Health(*facts))
    return by_owner
