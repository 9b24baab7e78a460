"""Who takes the place of one who left: over the wall, by a function that asks whether an administrator does it (migration 0004)."""

from uuid import UUID

from teczka.core.accounts import Farewell
from teczka.store.statements import rows_of


def hand_over(whom: int, heir: int, farewell: Farewell) -> list[UUID]:
    """As the administrator. Returns the accounts that end by it."""
    return [account for (account,) in rows_of("SELECT * FROM teczka_hand_over(%s, %s, %s)", [whom, heir, farewell])]
