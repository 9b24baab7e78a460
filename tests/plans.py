"""How much a statement looks at, whatever the machine: as if the database took what it is asked for few rows, and looked up all it can."""

from collections.abc import Callable, Mapping
from typing import Any

INDEXES_ALONE = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off"


def looked_at(execute: Callable[[str, Any], Any], fetch: Callable[[], Any], sql: str, values: Any) -> int:
    """Rows of all that the plan does, and those that it looked at for nothing. Within a transaction, which is to be rolled back."""
    execute(INDEXES_ALONE, None)
    execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql, values)
    (told,) = fetch()
    return sum(_rows(each["Plan"]) for each in told)


def _rows(plan: Mapping[str, Any]) -> int:
    each = plan["Actual Rows"] + plan.get("Rows Removed by Join Filter", 0) + plan.get("Rows Removed by Filter", 0)
    return int(each * plan["Actual Loops"]) + sum(map(_rows, plan.get("Plans", [])))
