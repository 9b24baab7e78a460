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
    params_json: str
    follows: bool  # answers are filed, too
    may_undo: bool

    @property
    def shown(self) -> str:
        return f"{self.number} {self.name}".strip()

    @property
    def params(self) -> dict[str, str | int]:
        told: dict[str, str | int] = json.loads(self.params_json)
        return told


def filed(viewer: User, messages: Sequence[int]) -> dict[int, list[FiledLine]]:
    """By the messages' inner ids; those that are filed nowhere are left out."""
    if not messages:
        return {}
    rows = walls.read(
        viewer,
        FiledLine,
        f"""SELECT f.message_id, f.public_id, c.public_id, t.public_id, coalesce(c.number, ''), coalesce(c.name, t.title), u.name,
                   f.by_id = %(viewer)s, f.at, f.how, f.reason, f.reason_params::text,
                   EXISTS (SELECT FROM store_follow w WHERE {walls.mine("w")} AND w.thread_id = m.thread_id AND w.case_id = f.case_id
                     AND w.ended_at IS NULL),
                   f.by_id = %(viewer)s OR {walls.mine("f")} OR coalesce({walls.inside("f.case_id")}, false)
            FROM store_filing f JOIN store_message m ON m.id = f.message_id JOIN store_user u ON u.id = f.by_id
            LEFT JOIN store_case c ON c.id = f.case_id AND {walls.card("c")}
            LEFT JOIN store_task t ON t.id = f.task_id AND {walls.task("t")}
            WHERE f.message_id = ANY(%(messages)s) AND f.undone_at IS NULL AND {walls.visible("m")}
              AND (c.id IS NOT NULL OR t.id IS NOT NULL)
            ORDER BY f.message_id, f.id""",
        messages=list(messages),
    )
    found: dict[int, list[FiledLine]] = defaultdict(list)
    for row in rows:
        found[row.message].append(row)
    return dict(found)
