"""How the database is reached: Django's connections, and those beside them for what lives as long as its connection, locks and LISTEN."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from django.db import OperationalError, connection
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import ProgramLimitExceeded
from psycopg.pq import Format

from teczka.core.settings import SettingError
from teczka.store.server.roles import DATABASE
from teczka.store.together import rows_of_last

_NAMED = re.compile(r"%(?:%|\((\w+)\)s)")

# Whoever holds a lock or listens hardly ever sends. A machine that vanished is found out within 30 seconds, from either side.
KEEPALIVES = {"keepalives": 1, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 4}


def as_django(conninfo: str) -> dict[str, Any]:
    """A connection string as an entry of DATABASES. Connections last, one a thread, and are checked before each request.
    Raises SettingError."""
    try:
        known = conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError as wrong:  # what it quotes may be a password
        raise SettingError("TECZKA_DATABASE_URL must be as postgresql://role:password@host/teczka") from wrong
    parts = {name: str(value) for name, value in known.items() if value is not None}
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


def put(statement: str, columns: Mapping[str, Any]) -> None:
    """As `prepared`, of what gives no rows back."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor[Any](connection.connection) as cursor:
        cursor.execute(statement.encode(), columns, prepare=True)


def planned_once(statement: str, columns: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows, told in binary (of json, what it holds; where queries are logged, its text) and under Django's wrappers; planned once a
    connection, as psycopg decides after a few times. Under the walls, whose policies are planned with it, that is a third of the work.
    Where queries are logged they are planned each time: Django's log has no words for what was prepared."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    if connection.queries_logged:
        with connection.cursor() as logged:
            logged.execute(statement, columns)
            return list(logged.fetchall())
    numbered, values = _numbered(statement, columns)
    with connection.make_cursor(_raw()) as cursor:
        cursor.execute(numbered, values)
        return list(cursor.fetchall())


def planned_behind(
    first: str, columns: Sequence[Any], statement: str, more: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    """As `planned_once`, behind another statement whose rows nobody wants. Both go out together, in one transaction of their own that
    takes neither BEGIN nor COMMIT: a round trip instead of four. Only where no transaction is open."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return rows_of_last(connection.connection, (first, columns), _numbered(statement, more))


def _raw() -> Any:
    """A cursor of psycopg's own that takes $1, and is told rows in binary: those are read in half the time, dates in UTC."""
    raw = psycopg.RawCursor(connection.connection)
    raw.format = Format.BINARY
    return raw


def _numbered(statement: str, columns: Mapping[str, Any]) -> tuple[str, list[Any]]:
    numbered, names = _with_numbers(statement)
    return numbered, [columns[name] for name in names]


@lru_cache(1024)
def _with_numbers(statement: str) -> tuple[str, tuple[str, ...]]:
    """With $1 for the first of the names. psycopg would take a long statement apart anew each time."""
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        if not found[1]:
            return "%"
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return _NAMED.sub(number, statement), tuple(names)


def sqlstate_of(error: BaseException) -> str:
    """Of an error of Django's or psycopg's; "" where the database did not say it, as when the connection was lost."""
    return getattr(error.__cause__ or error, "sqlstate", None) or ""


def is_away(error: BaseException) -> bool:
    """The database is away, or has too much to do. That something is more than a row or an index takes, psycopg calls by the same name,
    but there what was to be stored is at fault."""
    return isinstance(error, OperationalError) and not isinstance(error.__cause__, ProgramLimitExceeded)


def parameters() -> dict[str, Any]:
    """For a connection of psycopg's own to the database that Django serves from. Without Django's cursors: they are not asynchronous."""
    given = connection.get_connection_params() | KEEPALIVES
    for django_only in ("cursor_factory", "context"):
        given.pop(django_only, None)
    return given


@contextmanager
def listener(*channels: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection that hears what is told on the channels from here on. Raises psycopg.Error where the database is not there."""
    with psycopg.connect(**parameters(), autocommit=True) as heard:
        for channel in channels:
            heard.execute(_listen(channel))
        yield heard


@asynccontextmanager
async def listening(*channels: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """As `listener`, for a loop."""
    async with await psycopg.AsyncConnection.connect(**parameters(), autocommit=True) as heard:
        for channel in channels:
            await heard.execute(_listen(channel))
        yield heard


def _listen(channel: str) -> sql.Composed:
    return sql.SQL("LISTEN {}").format(sql.Identifier(channel))
