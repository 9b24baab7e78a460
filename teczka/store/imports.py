"""Imports that wait for a worker: everybody's, by a function over the wall (migration 0008)."""

from django.db import connection


def imports_at_work() -> list[tuple[int, int]]:
    """(import, owner), the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT import_id, owner_id FROM teczka_imports()")
        return [(import_id, owner) for import_id, owner in cursor]
