"""How the installation stands, over all its people: numbers only."""

from typing import Any

from django.db import connection


def server_version() -> str:
    return str(_row("SHOW server_version")[0])


def unread() -> int:
    """Messages that wait to be read (transaction B)."""
    return int(_row("SELECT teczka_count_unread()")[0])


def accounts() -> tuple[int, int]:
    """How many are at work, neither paused nor deleted, and how many of them only their owner can mend."""
    there, stuck = _row(
        "SELECT count(*), count(*) FILTER (WHERE state = 'needs_owner') FROM teczka_accounts() WHERE at_work"
    )
    return there, stuck


def _row(statement: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row: tuple[Any, ...] = cursor.fetchone()
    return row
