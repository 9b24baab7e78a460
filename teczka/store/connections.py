"""How the database is reached: Django's connections, and those beside them for what lives as long as its connection, locks and LISTEN."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from teczka.store.server.roles import DATABASE

# Whoever holds a lock or listens hardly ever sends. A machine that vanished is found out within 30 seconds, from either side.
KEEPALIVES = {"keepalives": 1, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 4}


def as_django(conninfo: str) -> dict[str, Any]:
    """A connection string as an entry of DATABASES. Connections last, one a thread, and are checked before each request."""
    parts = {name: str(value) for name, value in conninfo_to_dict(conninfo).items() if value is not None}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", DATABASE),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": {
            **parts,
            "prepare_threshold": 5,
        },  # as psycopg has it, and Django not, whose own cursors prepare nothing: `prepared` does
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def prepared(statement: str, columns: Mapping[str, Any]) -> Any:
    """The first row, or None. Planned once a connection: of a large statement that is run again and again that is a quarter of the work."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor[Any](connection.connection) as cursor:
        cursor.execute(statement.encode(), columns, prepare=True)
        return cursor.fetchone()


def planned_once(statement: str, columns: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows, as Django's cursors give them, its wrappers included; planned once a connection, as psycopg decides after a few times.
    Under the walls, whose policies are planned with it, that is a third of the work. Where queries are logged they are planned each time:
    Django's log has no words for what was prepared."""
    connection.ensure_connection()
    raw: Any = psycopg.Cursor[Any](connection.connection)
    with connection.cursor() if connection.queries_logged else connection.make_cursor(raw) as cursor:
        cursor.execute(statement, columns)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def parameters() -> dict[str, Any]:
    """For a connection of psycopg's own to the database that Django serves from. Without Django's cursors: they are not asynchronous."""
    given = connection.get_connection_params() | KEEPALIVES
    for django_only in ("cursor_factory", "context"):
        given.pop(django_only, None)
    return given


@asynccontextmanager
async def listening(*channels: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """A connection that hears what is told on the channels from here on. Raises psycopg.Error where the database is not there."""
    async with await psycopg.AsyncConnection.connect(**parameters(), autocommit=True) as heard:
        for channel in channels:
            await heard.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        yield heard
