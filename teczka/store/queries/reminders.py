"""Who is to be reminded of their tasks by mail."""

from datetime import datetime

from django.db import connection

from teczka.core.tasks import MORNING


def people_to_remind(now: datetime) -> list[int]:
    """Ids of users; over the wall, by a function that tells no more than this (migration 0002)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id FROM teczka_people_to_remind(%s, %s)", [now, MORNING])
        return [user for (user,) in cursor]
