"""The first of two walls: each query says itself whose rows it wants. Row-level security says the same again (migrations 0002 and 0003),
so a forgotten condition shows nothing. Tests take each wall away in turn."""

from collections.abc import Callable
from typing import Any, TypeVar

from teczka.store.models import User
from teczka.store.statements import rows_of
from teczka.store.viewer import as_user, look_once

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


def card(case: str) -> str:
    """SQL: the viewer may see the card of the case: of their office, and not walled unless they are in its team. ADR 0023."""
    return f"({case}.office_id = %(office)s AND (NOT {case}.walled OR {inside(f'{case}.id')}))"


def inside(case_id: str) -> str:
    """SQL: the viewer is in the team of the case of this id: they see what lies in it, too."""
    return f"{case_id} IN (SELECT team.case_id FROM store_casemember team WHERE team.user_id = %(viewer)s)"


def task(task: str) -> str:
    """SQL: the viewer may see the task: made by them, to be done by them, of a case of their team, or for the whole office; and of no
    case whose very card they may not see."""
    return (
        f"({task}.office_id = %(office)s AND ({task}.assignee_id = %(viewer)s OR {task}.created_by_id = %(viewer)s"
        f" OR {inside(f'{task}.case_id')} OR ({task}.for_office AND {task}.case_id IS NULL))"
        f" AND ({task}.case_id IS NULL OR EXISTS (SELECT FROM store_case its WHERE its.id = {task}.case_id AND {card('its')})))"
    )


def register(entry: str) -> str:
    """SQL: the viewer may read the audit's entry: their own; of cases whose team they are in, but of no message that they may not see; as
    an administrator the office's, but nothing of mail, of what lies in cases, or of one behind a wall. `%(keeper)s`: they are one."""
    unwalled = f"EXISTS (SELECT FROM store_case its WHERE its.id = {entry}.case_id AND {card('its')})"
    seen = f"EXISTS (SELECT FROM store_message told WHERE told.public_id = ANY ({entry}.ids) AND {visible('told')})"
    return (
        f"({entry}.actor_id = %(viewer)s OR ({entry}.office_id = %(office)s AND %(keeper)s"
        f" AND {entry}.verb NOT LIKE ALL ('{{message.%%,document.%%}}') AND ({entry}.case_id IS NULL OR {unwalled}))"
        f" OR ({inside(f'{entry}.case_id')} AND ({entry}.verb NOT LIKE 'message.%%' OR {seen})))"
    )


def read_often(viewer: User, row: Callable[..., Row], sql: str, **parameters: Any) -> list[Row]:
    """As `read`, planned once a connection: for what each opened message asks. By indexes alone, whatever the parameters are."""
    return read_within(None, viewer, row, sql, **parameters)


def read_within(seconds: float | None, viewer: User, row: Callable[..., Row], sql: str, **parameters: Any) -> list[Row]:
    """As `read_often`, for no longer than that: else viewer.TookTooLongError."""
    rows = look_once(viewer.pk, sql, {"viewer": viewer.pk, "office": viewer.office_id, **parameters}, seconds)
    return [row(*values) for values in rows]


def read(viewer: User, row: Callable[..., Row], sql: str, **parameters: Any) -> list[Row]:
    """What the viewer may see of a query's answer, a `row` of each. `sql` has named parameters; %(viewer)s and
    %(office)s are given."""
    with as_user(viewer.pk):
        rows = rows_of(sql, {"viewer": viewer.pk, "office": viewer.office_id, **parameters})
    return [row(*values) for values in rows]
