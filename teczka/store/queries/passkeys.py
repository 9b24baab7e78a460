"""Somebody's own passkeys."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from teczka.store.models import User
from teczka.store.queries import walls


@dataclass(frozen=True, slots=True)
class PasskeyLine:
    public_id: UUID
    name: str
    made_at: datetime
    used_at: datetime | None


def passkeys(viewer: User) -> list[PasskeyLine]:
    """The oldest first."""
    return _passkeys(viewer, "")


def passkey(viewer: User, public_id: UUID) -> PasskeyLine | None:
    return next(iter(_passkeys(viewer, "AND k.public_id = %(one)s", one=public_id)), None)


def _passkeys(viewer: User, which: str, **values: object) -> list[PasskeyLine]:
    return walls.read(
        viewer,
        PasskeyLine,
        f"SELECT k.public_id, k.name, k.made_at, k.used_at FROM store_passkey k WHERE {walls.mine('k')} {which} ORDER BY k.made_at, k.id",
        **values,
    )
