"""Rows that go to the database as one array a column come out there as they were (store/columns.py)."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from teczka.store.columns import Row, array, arrays, unnested
from teczka.store.connections import prepared

TYPES = {"number": "bigint", "seen": "boolean", "name": "text", "raw": "bytea", "moment": "timestamptz", "pack": "uuid"}

rows = st.fixed_dictionaries(
    {"number": st.integers(-(2**63), 2**63 - 1)},
    optional={
        "seen": st.booleans(),
        "name": st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
        "raw": st.none() | st.binary(),
        "moment": st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        "pack": st.builds(UUID, int=st.integers(0, 2**128 - 1)),
    },
)


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(rows, max_size=5))
@example([{"number": 1, "name": 'NULL, "{}" \\ \n'}, {"number": 2, "name": "null"}, {"number": 3, "name": ""}])
def test_rows_come_out_as_they_went_in(told: list[Row]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {unnested(TYPES)}", arrays(TYPES, told))
        found = cursor.fetchall()
    assert [(*row[:3], row[3] and bytes(row[3]), *row[4:]) for row in found] == [
        tuple(row.get(name) for name in TYPES) for row in told
    ]


@pytest.mark.django_db
def test_a_prepared_statement_is_planned_once_a_connection() -> None:
    for number in range(3):
        assert prepared("SELECT sum(n) FROM unnest(%(numbers)s::bigint[]) AS n", {"numbers": array([number, 1])}) == (
            number + 1,
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT sum(n)%'")
        assert cursor.fetchone() == (1,)
