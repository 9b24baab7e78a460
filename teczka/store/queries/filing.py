"""What messages are filed to, as far as the viewer may see both: the message, and the case or task."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from teczka.store.models import User
from teczka.store.queries import walls


@dataclass(frozen=True, slots=True)
class FiledLine:
    message: int
    public_id: UUID
    case: UUID | None
    task: UUID | None  # one of the two
    number: str
    name: str
    by: str
    mine: bool  # the viewer filed it
    at: datetime
    how: str  # core.filing.How
    reason: str  # core.suggestions.Reason
    params_json: str  # of what comes from the filer's other mail: for the filer alone
    follows: bool  # answers are filed, too
    may_undo: bool
    kept_from: int | None  # the case's inner id, where it is the viewer's mail and not shared with its team

    @property
    def shown(self) -> str:
        return f"{self.number} {self.name}".strip()

    @property
    def params(self) -> dict[str, str | int]:
        told: dict[str, str | int] = json.loads(self.params_json)
        return told


def filed(viewer: User, messages: Sequence[int]) -> dict[int, list[FiledLine]]:
    """By the messages' inner ids; those that are filed nowhere are left out."""
    found: dict[int, list[FiledLine]] = defaultdict(list)
    if messages:
        for row in _filed(viewer, "f.message_id = ANY(%(messages)s)", messages=list(messages)):
            found[row.message].append(row)
    return dict(found)


def filing(viewer: User, public_id: UUID) -> FiledLine | None:
    found = _filed(viewer, "f.public_id = %(filing)s", filing=public_id)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class NamedLine:
    """A message that is to be filed."""

    id: int
    public_id: UUID
    owned: bool
    subject: str
    who: str


def named(viewer: User, messages: Sequence[UUID]) -> list[NamedLine]:
    """Those of them that the viewer may see, the newest first."""
    return walls.read(
        viewer,
        NamedLine,
        f"""SELECT m.id, m.public_id, {walls.mine("m")}, coalesce(m.subject, ''), coalesce(nullif(m.from_name, ''), m.from_address)
            FROM store_message m WHERE m.public_id = ANY(%(messages)s) AND {walls.visible("m")} ORDER BY m.internaldate DESC, m.id""",
        messages=list(messages),
    )


def of_task(viewer: User, task: UUID) -> list[NamedLine]:
    """What is filed to a task, as far as the viewer may see both, the newest first."""
    return walls.read(
        viewer,
        NamedLine,
        f"""SELECT m.id, m.public_id, {walls.mine("m")}, coalesce(m.subject, ''), coalesce(nullif(m.from_name, ''), m.from_address)
            FROM store_filing f JOIN store_task t ON t.id = f.task_id JOIN store_message m ON m.id = f.message_id
            WHERE t.public_id = %(task)s AND f.undone_at IS NULL AND {walls.task("t")} AND {walls.visible("m")}
            ORDER BY m.internaldate DESC, m.id""",
        task=task,
    )


def cases_of(viewer: User, message: UUID) -> dict[UUID, bool]:
    """The cases that a message is filed to, and whether the viewer shares it with their teams."""
    return dict(
        walls.read(
            viewer,
            lambda case, shared: (case, shared),
            f"""SELECT c.public_id, bool_or(EXISTS (SELECT FROM store_share s WHERE {walls.mine("s")} AND s.message_id = f.message_id
                     AND s.with_case_id = c.id AND s.revoked_at IS NULL))
                FROM store_filing f JOIN store_case c ON c.id = f.case_id JOIN store_message m ON m.id = f.message_id
                WHERE m.public_id = %(message)s AND f.undone_at IS NULL AND {walls.card("c")} AND {walls.visible("m")} GROUP BY c.id""",
            message=message,
        )
    )


def sender(viewer: User, message: UUID) -> str:
    """From whom a message is that the viewer may see: an address in lower case; "" where there is none, or no such message."""
    found = walls.read(
        viewer,
        str,
        f"SELECT lower(m.from_address) FROM store_message m WHERE m.public_id = %(message)s AND {walls.visible('m')}",
        message=message,
    )
    return found[0] if found else ""


def task_of(viewer: User, public_id: UUID) -> int | None:
    """The inner id of a task that mail can be filed to."""
    found = walls.read(
        viewer,
        int,
        f"SELECT t.id FROM store_task t WHERE t.public_id = %(task)s AND t.removed_at IS NULL AND {walls.task('t')}",
        task=public_id,
    )
    return found[0] if found else None


def teams(viewer: User, cases: Sequence[int]) -> dict[int, list[str]]:
    """Who of a case's team is not the viewer: whom sharing with it would show something."""
    if not cases:
        return {}
    return dict(
        walls.read_often(
            viewer,
            lambda case, names: (case, names),
            f"""SELECT c.id, array_agg(u.name ORDER BY u.name, u.id)
                FROM store_casemember t JOIN store_user u ON u.id = t.user_id JOIN store_case c ON c.id = t.case_id
                WHERE c.id = ANY(%(cases)s) AND {walls.card("c")} AND u.is_active AND u.id <> %(viewer)s GROUP BY c.id""",
            cases=list(cases),
        )
    )


def _filed(viewer: User, which: str, **parameters: object) -> list[FiledLine]:
    return walls.read_often(
        viewer,
        FiledLine,
        f"""SELECT f.message_id, f.public_id, c.public_id, t.public_id, coalesce(c.number, ''), coalesce(c.name, t.title), u.name,
                   f.by_id = %(viewer)s, f.at, f.how, f.reason,
                   CASE WHEN f.by_id = %(viewer)s OR f.reason NOT IN ('thread', 'sender', 'domain') THEN f.reason_params::text
                     ELSE '{{}}' END,
                   EXISTS (SELECT FROM store_follow w WHERE {walls.mine("w")} AND w.thread_id = m.thread_id AND w.case_id = f.case_id
                     AND w.ended_at IS NULL),
                   f.by_id = %(viewer)s OR {walls.mine("f")} OR coalesce({walls.inside("f.case_id")}, false),
                   CASE WHEN {walls.mine("f")} AND NOT EXISTS (SELECT FROM store_share s WHERE {walls.mine("s")}
                     AND s.message_id = f.message_id AND s.with_case_id = f.case_id AND s.revoked_at IS NULL) THEN c.id END
            FROM store_filing f JOIN store_message m ON m.id = f.message_id JOIN store_user u ON u.id = f.by_id
            LEFT JOIN store_case c ON c.id = f.case_id AND {walls.card("c")}
            LEFT JOIN store_task t ON t.id = f.task_id AND {walls.task("t")}
            WHERE {which} AND f.undone_at IS NULL AND {walls.visible("m")} AND (c.id IS NOT NULL OR t.id IS NOT NULL)
            ORDER BY f.message_id, f.id""",
        **parameters,
    )
