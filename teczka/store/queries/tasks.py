"""Tasks as their viewer may see them: lists a page at a time, and one by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from teczka.core.tasks import Wanted, reminder
from teczka.store.models import User
from teczka.store.queries import walls

BLOCK = 50
RECENT = 20  # done ones that a case shows below its open ones


class Scope(StrEnum):
    MINE = "mine"  # that the viewer is to do
    OFFICE = "office"  # all that the viewer may see
    CASE = "case"


@dataclass(frozen=True, slots=True)
class TaskLine:
    public_id: UUID
    title: str
    note: str
    due_on: date | None
    remind_on: date | None
    for_office: bool
    created_at: datetime
    done_at: datetime | None
    done_by: str | None
    maker: UUID
    maker_name: str
    assignee: UUID
    assignee_name: str
    mine: bool  # the viewer is to do it
    case: UUID | None
    case_number: str
    case_name: str
    message: UUID | None  # that it was made from, where the viewer may see that
    governed: bool  # the viewer may say who sees it: made by them, of their team's case, or the whole office's
    removed: bool = False

    @property
    def wanted(self) -> Wanted:
        """As its form has it."""
        early = reminder(self.due_on, self.remind_on)
        return Wanted(self.title, self.note, self.due_on, self.assignee, self.case, self.for_office, early)

    @property
    def case_shown(self) -> str:
        return f"{self.case_number} {self.case_name}".strip()


@dataclass(frozen=True, slots=True)
class Source:
    """A message that a task is made from."""

    id: int
    owner_id: int
    subject: str
    case: UUID | None  # that it was filed to last, of those whose cards the viewer may see


@dataclass(frozen=True, slots=True)
class Colleague:
    id: int
    public_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class OpenOf:
    """How much of a case somebody is to do."""

    doer: int  # id of a user
    name: str
    tasks: int


_OPEN = "t.done_at IS NULL AND t.removed_at IS NULL"
_DONE = "t.done_at IS NOT NULL AND t.removed_at IS NULL"
_WHICH: Mapping[Scope, str] = {
    Scope.MINE: "t.assignee_id = %(viewer)s",
    Scope.OFFICE: "t.office_id = %(office)s",
    Scope.CASE: "t.case_id = %(case)s",
}
_DATED = "t.due_on IS NOT NULL AND (t.due_on, t.id) > (%(due)s, %(id)s)"
_UNDATED = "t.due_on IS NULL AND t.id > %(beyond)s"
_BY_DAY = "t.due_on, t.id"  # of the undated, too: so their index is seen to be in order


def open_tasks(
    viewer: User, scope: Scope, case: int | None = None, after: UUID | None = None, most: int = BLOCK
) -> list[TaskLine]:
    """At most `most`, by their days, those without one last; behind the one that is named. Costs the page, however many there are."""
    place = _place(viewer, after)
    found: list[TaskLine] = []
    for part in ([_DATED] if place["due"] else []) + [_UNDATED]:
        which = f"{part} AND {_OPEN} AND {_WHICH[scope]}"
        found += _lines(viewer, which, _BY_DAY, case=case, most=most - len(found), **place)
        if len(found) == most:
            break
    return found


def open_by_doer(viewer: User, case: int) -> list[OpenOf]:
    """Whoever has open tasks in a case, by name: for its team."""
    return walls.read(
        viewer,
        OpenOf,
        f"""SELECT u.id, u.name, count(*) FROM store_task t JOIN store_user u ON u.id = t.assignee_id
            WHERE t.case_id = %(case)s AND {_OPEN} AND {walls.task("t")} GROUP BY u.id ORDER BY lower(u.name), u.id""",
        case=case,
    )


def tasks_called(viewer: User, words: Sequence[str], most: int) -> list[TaskLine]:
    """Open ones whose title has all of these words, in any letters, the viewer's own first."""
    which = " AND ".join(f"strpos(lower(t.title), lower(%(word{at})s)) > 0" for at in range(len(words))) or "true"
    named = {f"word{at}": word for at, word in enumerate(words)}
    return _lines(viewer, f"{_OPEN} AND {which}", f"t.assignee_id <> %(viewer)s, {_BY_DAY}", most=most, **named)


def done_tasks(viewer: User, case: int | None = None, after: UUID | None = None, most: int = BLOCK) -> list[TaskLine]:
    """What was done last stands first."""
    found = after and walls.read(
        viewer,
        lambda at, key: {"at": at, "id": key},
        f"SELECT t.done_at, t.id FROM store_task t WHERE t.public_id = %(after)s AND {_DONE} AND {walls.task('t')}",
        after=after,
    )
    place = found[0] if found else {}
    beyond = "(t.done_at, t.id) < (%(at)s, %(id)s)" if place else "true"
    which = f"{beyond} AND {_DONE} AND {_WHICH[Scope.CASE if case else Scope.OFFICE]}"
    return _lines(viewer, which, "t.done_at DESC, t.id DESC", case=case, most=most, **place)


def remembered(viewer: User, today: date) -> list[TaskLine]:
    """What the viewer is reminded of today and is not yet due."""
    which = f"{_OPEN} AND t.assignee_id = %(viewer)s AND t.remind_on <= %(today)s AND t.due_on > %(today)s"
    return _lines(viewer, which, _BY_DAY, today=today, most=BLOCK)


def to_remember(viewer: User, today: date) -> list[TaskLine]:
    """All that the viewer wanted to be reminded of until today, and has not done: those that are overdue, too."""
    which = f"{_OPEN} AND t.assignee_id = %(viewer)s AND t.remind_on <= %(today)s"
    return _lines(viewer, which, _BY_DAY, today=today, most=None)


def pressing(viewer: User, today: date) -> int:
    """How many the viewer should have done, or should do today."""
    counted = walls.read_often(
        viewer,
        int,
        f"""SELECT count(*) FROM store_task t
            WHERE {_OPEN} AND t.assignee_id = %(viewer)s AND t.due_on <= %(today)s AND {walls.task("t")}""",
        today=today,
    )
    return counted[0]


def task(viewer: User, public_id: UUID, *, removed: bool = False) -> TaskLine | None:
    """`removed`: then, too."""
    which = "t.public_id = %(task)s AND (%(removed)s OR t.removed_at IS NULL)"
    found = _lines(viewer, which, "t.id", task=public_id, removed=removed, most=1)
    return found[0] if found else None


def task_row(viewer: User, public_id: UUID) -> int | None:
    """Its id, removed or not: for what is done to it."""
    found = walls.read(
        viewer,
        int,
        f"SELECT t.id FROM store_task t WHERE t.public_id = %(task)s AND {walls.task('t')}",
        task=public_id,
    )
    return found[0] if found else None


def source(viewer: User, message: UUID) -> Source | None:
    found = walls.read(
        viewer,
        Source,
        f"""SELECT m.id, m.owner_id, coalesce(m.subject, ''),
                   (SELECT c.public_id FROM store_filing f JOIN store_case c ON c.id = f.case_id
                    WHERE f.message_id = m.id AND f.undone_at IS NULL AND {walls.card("c")} ORDER BY f.at DESC LIMIT 1)
            FROM store_message m WHERE m.public_id = %(message)s AND {walls.visible("m")}""",
        message=message,
    )
    return found[0] if found else None


def colleagues(viewer: User) -> list[Colleague]:
    """Everybody of the office who can sign in, the viewer first."""
    return walls.read(
        viewer,
        Colleague,
        """SELECT u.id, u.public_id, u.name FROM store_user u WHERE u.office_id = %(office)s AND u.is_active
           ORDER BY u.id <> %(viewer)s, lower(u.name), u.id""",
    )


def _place(viewer: User, after: UUID | None) -> dict[str, Any]:
    """Where a list by days goes on. A task that has gone, or gone from sight, is the beginning."""
    found = after and walls.read(
        viewer,
        lambda due, key: {"due": due, "id": key, "beyond": 0 if due else key},
        f"SELECT t.due_on, t.id FROM store_task t WHERE t.public_id = %(after)s AND {walls.task('t')}",
        after=after,
    )
    return found[0] if found else {"due": date.min, "id": 0, "beyond": 0}


def _lines(viewer: User, which: str, order: str, **parameters: Any) -> list[TaskLine]:
    """The first `most`. Found before anything is joined to them."""
    return walls.read(
        viewer,
        TaskLine,
        f"""WITH t AS MATERIALIZED (
                SELECT t.* FROM store_task t WHERE {which} AND {walls.task("t")} ORDER BY {order} LIMIT %(most)s)
            SELECT t.public_id, t.title, t.note, t.due_on, t.remind_on, t.for_office, t.created_at, t.done_at, d.name,
                   b.public_id, b.name, a.public_id, a.name, a.id = %(viewer)s,
                   c.public_id, coalesce(c.number, ''), coalesce(c.name, ''), m.public_id,
                   b.id = %(viewer)s OR (t.for_office AND t.case_id IS NULL) OR coalesce({walls.inside("t.case_id")}, false),
                   t.removed_at IS NOT NULL
            FROM t JOIN store_user a ON a.id = t.assignee_id JOIN store_user b ON b.id = t.created_by_id
            LEFT JOIN store_user d ON d.id = t.done_by_id
            LEFT JOIN store_case c ON c.id = t.case_id AND {walls.card("c")}
            LEFT JOIN store_message m ON m.id = t.message_id AND {walls.visible("m")}
            ORDER BY {order}""",
        **parameters,
    )
