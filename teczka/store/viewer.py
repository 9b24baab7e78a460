"""Whose eyes the database looks through.

Every query on private tables runs inside `as_user`; outside it row-level security shows nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from teczka.store.connections import planned_behind, planned_once
from teczka.store.statements import execute

_viewer: ContextVar[int | None] = ContextVar("viewer", default=None)
_LOOK = """SELECT set_config('teczka.viewer', $1, true),
  set_config('statement_timeout', coalesce($2, current_setting('statement_timeout')), true)"""


class TookTooLongError(Exception):
    """The database was told to end a statement after so many seconds, and did."""


@contextmanager
def as_user(user_id: int) -> Iterator[None]:
    """A transaction in which the app role sees what this user may see (SET LOCAL, so nothing outlives the transaction).

    Nested for the same user it is free. Nested for another it is refused: a page that needs two pairs of eyes is a mistake.
    """
    current = _viewer.get()
    if current == user_id:
        yield
        return
    if current is not None:
        raise RuntimeError(f"already looking as user {current}")
    token = _viewer.set(user_id)
    try:
        outermost = not connection.in_atomic_block
        with transaction.atomic():
            _look_as(user_id)
            yield
            if not outermost:  # a commit forgets SET LOCAL, a savepoint does not
                _look_as(None)
    finally:
        _viewer.reset(token)


def look_once(
    user_id: int, statement: str, columns: Mapping[str, Any], seconds: float | None = None
) -> list[tuple[Any, ...]]:
    """All rows of one statement with named parameters, planned once a connection, as the user may see them. By itself it goes out
    together with who is looking; within `as_user` as part of that. `seconds`: for no longer than that, else TookTooLongError."""
    limit = None if seconds is None else f"{seconds * 1000:.0f}"
    try:
        if _viewer.get() is None and not connection.in_atomic_block and not connection.queries_logged:
            return planned_behind(_LOOK, [str(user_id), limit], statement, columns)
        with as_user(user_id):
            if limit is None:
                return planned_once(statement, columns)
            _end_after(limit)
            rows = planned_once(statement, columns)
            _end_after("0")
            return rows
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TookTooLongError from error
        raise


def _look_as(user_id: int | None) -> None:
    """By a word that is not planned and has no rows: a third of what set_config costs, in almost every transaction."""
    execute(f"SET LOCAL teczka.viewer = '{user_id:d}'" if user_id else "SET LOCAL teczka.viewer = ''")


def _end_after(milliseconds: str) -> None:
    execute("SELECT set_config('statement_timeout', %s, true)", [milliseconds])
