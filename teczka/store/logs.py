"""Log lines that carry no mail (P7): what the database says of a failed statement quotes the rows that were to be written."""

import logging
from collections.abc import Iterator
from types import TracebackType

import django.db
import psycopg

Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Formatter(logging.Formatter):
    """Of a database's error only its kind is told: the class, which stands before it, and the SQLSTATE."""

    def formatException(self, ei: Raised) -> str:  # noqa: N802  the name is logging's
        told = super().formatException(ei)
        for error in _chain(ei[1]):
            if isinstance(error, psycopg.Error | django.db.Error) and str(error):
                told = told.replace(str(error), f"SQLSTATE {_state(error)}")
        return told


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _state(error: BaseException) -> str:
    """Django wraps the driver's error, which knows it."""
    return next((one.sqlstate for one in _chain(error) if isinstance(one, psycopg.Error) and one.sqlstate), "unknown")
