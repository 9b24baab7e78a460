"""What follows from a team for mail that was shared with it."""

from uuid import UUID

from django.db import connection


def regrant_team(case_id: int) -> list[UUID]:
    """After the team changed: who sees the mail that was shared with it is who is in it now. Returns public ids of people who see more
    than before, or less."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT public_id FROM store_user WHERE id IN (SELECT teczka_regrant_team(%s)) ORDER BY id", [case_id]
        )
        return [row[0] for row in cursor]
