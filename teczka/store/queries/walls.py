"""The first of two walls: each query says itself whose rows it wants. Row-level security says the same again (migration 0002), so a
forgotten condition shows nothing. Tests take each wall away in turn."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connection

from teczka.store.models import User
from teczka.store.viewer import as_user

Row = TypeVar("Row")


def mine(table: str) -> str:
    """SQL: the row belongs to the viewer."""
    return f"{table}.owner_id = %(viewer)s"


def visible(message: str) -> str:
    """SQL: the message is the viewer's, or was shared with them."""
    return (
        f"({message}.owner_id = %(viewer)s OR EXISTS (SELECT FROM store_grant seen"
        f" WHERE seen.message_id = {message}.id AND seen.user_id = %(viewer)s))"
    )


def read(viewer: User, row: Callable[..., Row], sql: str, **parameters: Any) -> list[Row]:
    """What the viewer may see of a query's answer, a `row` of each. `sql` has named parameters; %(viewer)s is given."""
    with as_user(viewer.pk), connection.cursor() as cursor:
        cursor.execute(sql, {"viewer": viewer.pk, **parameters})
        return [row(*values) for values in cursor.fetchall()]
