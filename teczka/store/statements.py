"""A statement by Django's cursor, in whatever transaction is open. What each request asks goes by connections.py, planned once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection

Values = Sequence[Any] | Mapping[str, Any] | None  # for %s, or for %(name)s; None: a % means itself


def rows_of(statement: str, values: Values = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def each_of(statement: str, values: Values) -> Iterator[tuple[Any, ...]]:
    """As `rows_of`, one by one: of a folder of half a million all of them would take more than what is made of them."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        yield from cursor


def row_of(statement: str, values: Values = None) -> tuple[Any, ...] | None:
    """The first."""
    return next(iter(rows_of(statement, values)), None)


def value_of(statement: str, values: Values = None) -> Any:
    """The first of the first row; None where there is no row."""
    return (row_of(statement, values) or (None,))[0]


def execute(statement: str, values: Values = None) -> int:
    """Returns how many rows it changed, or found."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
