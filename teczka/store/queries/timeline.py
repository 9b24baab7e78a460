"""What happened in a case, newest first: mail, notes, tasks, documents, each from its own table, merged by date a page at a time.

Whatever else is to stand in it is one more source: a SELECT of the same columns, with its own wall.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from teczka.store.models import User
from teczka.store.queries import walls

BLOCK = 50

Place = tuple[datetime, UUID]


class Kind(StrEnum):
    MESSAGE = "message"
    NOTE = "note"
    TASK = "task"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Item:
    at: datetime
    kind: str  # Kind; templates/cases/item_….html shows each
    public_id: UUID
    who: str
    title: str
    detail: Mapping[str, Any]  # what only its kind has

    @property
    def place(self) -> Place:
        return self.at, self.public_id

    @property
    def due(self) -> date | None:
        told = self.detail.get("due")
        return date.fromisoformat(told) if told else None


def timeline(
    viewer: User, case: int, kinds: Collection[Kind] = (), before: Place | None = None, most: int = BLOCK
) -> list[Item]:
    """For the case's team. No kinds: all of them."""
    at, key = before or (None, None)
    bound = "(s.at, s.public_id) < (%(at)s, %(key)s)" if before else "true"
    order = f"WHERE {bound} ORDER BY s.at DESC, s.public_id DESC LIMIT %(most)s"
    wanted = [
        f"(SELECT * FROM ({source()}) s {order})" for kind, source in SOURCES.items() if not kinds or kind in kinds
    ]
    return walls.read(
        viewer,
        _item,
        f"SELECT s.at, s.kind, s.public_id, s.who, s.title, s.detail FROM ({' UNION ALL '.join(wanted)}) s {order}",
        case=case,
        at=at,
        key=key,
        most=most,
    )


def coming(viewer: User, case: int) -> list[Item]:
    """Five of its open tasks with a due date, the most pressing first."""
    return walls.read(
        viewer,
        _item,
        f"""SELECT s.at, s.kind, s.public_id, s.who, s.title, s.detail FROM ({_tasks()}) s
            WHERE s.detail->>'due' IS NOT NULL AND s.detail->>'done' IS NULL ORDER BY s.detail->>'due', s.at LIMIT 5""",
        case=case,
    )


def _item(at: datetime, kind: str, public_id: UUID, who: str, title: str, detail: str) -> Item:
    return Item(at, kind, public_id, who, title, json.loads(detail))


def _notes() -> str:
    return f"""SELECT n.created_at AS at, 'note' AS kind, n.public_id, u.name AS who, n.text AS title,
                      jsonb_build_object('edited', n.edited_at IS NOT NULL, 'mine', n.author_id = %(viewer)s) AS detail
               FROM store_casenote n JOIN store_user u ON u.id = n.author_id
               WHERE n.case_id = %(case)s AND n.deleted_at IS NULL AND {walls.inside("n.case_id")}"""


def _tasks() -> str:
    return f"""SELECT t.created_at AS at, 'task' AS kind, t.public_id, u.name AS who, t.title,
                      jsonb_build_object('due', t.due_on, 'done', t.done_at) AS detail
               FROM store_task t JOIN store_user u ON u.id = t.assignee_id
               WHERE t.case_id = %(case)s AND t.removed_at IS NULL AND {walls.inside("t.case_id")}"""


def _documents() -> str:
    """A file of a message is there for whoever may see the message."""
    return f"""SELECT d.created_at AS at, 'document' AS kind, d.public_id, u.name AS who, d.name AS title,
                      jsonb_build_object('size', d.size, 'from_mail', d.message_id IS NOT NULL) AS detail
               FROM store_document d JOIN store_user u ON u.id = d.created_by_id
               WHERE d.case_id = %(case)s AND d.removed_at IS NULL AND {walls.inside("d.case_id")}
                 AND (d.message_id IS NULL OR EXISTS (SELECT FROM store_message m WHERE m.id = d.message_id AND {walls.visible("m")}))"""


def _mail() -> str:
    """What was filed, by its own date: for whoever may see the message. One's own that nobody else sees is there for oneself alone."""
    return f"""SELECT m.internaldate AS at, 'message' AS kind, m.public_id, coalesce(nullif(m.from_name, ''), m.from_address) AS who,
                      coalesce(m.subject, '') AS title,
                      jsonb_build_object('snippet', m.snippet, 'attachments', m.attachments, 'mine', {walls.mine("m")},
                        'seen_by', CASE WHEN {walls.mine("m")} THEN (
                          SELECT coalesce(jsonb_agg(DISTINCT u.name), '[]') FROM store_grant g JOIN store_user u ON u.id = g.user_id
                          WHERE g.message_id = m.id AND {walls.mine("g")}) END,
                        'owner', o.name) AS detail
               FROM store_filing f JOIN store_message m ON m.id = f.message_id JOIN store_user o ON o.id = m.owner_id
               WHERE f.case_id = %(case)s AND f.undone_at IS NULL AND {walls.inside("f.case_id")} AND {walls.visible("m")}"""


SOURCES: dict[Kind, Callable[[], str]] = {
    Kind.MESSAGE: _mail,
    Kind.NOTE: _notes,
    Kind.TASK: _tasks,
    Kind.DOCUMENT: _documents,
}
