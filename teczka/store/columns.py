"""Many rows as one array a column, in PostgreSQL's text form (its manual, §8.15.2): half the work of JSON, on either side."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import NoneType
from typing import Any
from uuid import UUID

Row = Mapping[str, Any]


def unnested(types: Mapping[str, str]) -> str:
    """For FROM: the rows of `arrays`, by the type of each column."""
    given = ", ".join(f"%({name})s::{kind}[]" for name, kind in types.items())
    return f"unnest({given}) AS r ({', '.join(types)})"


def arrays(names: Iterable[str], rows: Sequence[Row]) -> dict[str, str]:
    """The parameters for `unnested`. What a row does not have is NULL."""
    return {name: array([row.get(name) for row in rows]) for name in names}


def array(values: Sequence[Any]) -> str:
    """All of one type, or None."""
    if values.count(None) == len(values):
        return "{}"  # unnest fills up with NULL what is shorter than the others
    return "{" + ",".join([_FORMS[type(value)](value) for value in values]) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _moment(value: datetime) -> str:
    return f'"{value.isoformat()}"'


def _bytes(value: bytes) -> str:
    return f'"\\\\x{value.hex()}"'


def _null(_: None) -> str:
    return "NULL"


_FORMS: Mapping[type, Callable[[Any], str]] = {
    bool: str,
    int: str,
    str: _quoted,
    bytes: _bytes,
    datetime: _moment,
    UUID: lru_cache(maxsize=64)(str),  # of packs: one for many rows
    NoneType: _null,
}
