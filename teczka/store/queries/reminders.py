"""Who is to be reminded of their tasks by mail."""

from datetime import datetime

from teczka.core.tasks import MORNING
from teczka.store.statements import rows_of


def people_to_remind(now: datetime) -> list[int]:
    """Ids of users; over the wall, by a function that tells no more than this (migration 0002)."""
    return [user for (user,) in rows_of("SELECT user_id FROM teczka_people_to_remind(%s, %s)", [now, MORNING])]
