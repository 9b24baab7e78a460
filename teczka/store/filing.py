"""The rows of filing. As whoever files, in a transaction of the caller's; each statement does all messages at once.

What the filer may see is filed, and nothing widens by it: a share is another row, and its owner's alone (store/sharing.py).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from teczka.core.filing import How
from teczka.store.conversations import conversation
from teczka.store.models import Act
from teczka.store.queries import walls
from teczka.store.statements import execute, rows_of

CHOSEN = f"""
SELECT m.id, m.owner_id FROM store_message m WHERE m.public_id = ANY(%(messages)s) AND {walls.visible("m")} ORDER BY m.id
"""  # noqa: S608
CONVERSATIONS = f"""
SELECT m.id, m.owner_id FROM store_message m WHERE m.id IN ({conversation(walls.visible("m"))}) ORDER BY m.id
"""  # noqa: S608

FOLLOW = f"""
INSERT INTO store_follow (public_id, office_id, owner_id, thread_id, case_id, by_id, at)
SELECT DISTINCT ON (t.id) gen_random_uuid(), t.office_id, t.owner_id, t.id, %(case)s, %(viewer)s, now()
FROM store_thread t JOIN store_message m ON m.thread_id = t.id WHERE {walls.mine("t")} AND m.id = ANY(%(messages)s)
ON CONFLICT DO NOTHING RETURNING id
"""  # noqa: S608

FILE = f"""
INSERT INTO store_filing (public_id, office_id, message_id, owner_id, case_id, task_id, by_id, at, how, reason, reason_params,
  follow_id, act_id, sender, sender_domain)
SELECT gen_random_uuid(), m.office_id, m.id, m.owner_id, %(case)s, %(task)s, %(viewer)s, now(), %(how)s, %(reason)s, %(params)s,
  (SELECT w.id FROM store_follow w WHERE w.id = ANY(%(follows)s) AND w.thread_id = m.thread_id), %(act)s,
  lower(m.from_address), split_part(lower(m.from_address), '@', 2)
FROM store_message m WHERE m.id = ANY(%(messages)s) AND {walls.visible("m")} ORDER BY m.id
ON CONFLICT DO NOTHING RETURNING message_id
"""  # noqa: S608

SHARE_FOLLOWS = """
UPDATE store_follow w SET share_id = s.id FROM store_share s
WHERE w.id = ANY(%(follows)s) AND s.id = ANY(%(standing)s) AND s.thread_id = w.thread_id
"""

# The picker offers it among the first (store/queries/case_find.py).
USE = """
INSERT INTO store_casepin (user_id, case_id, office_id, used_at)
SELECT %(viewer)s, c.id, c.office_id, now() FROM store_case c WHERE c.id = %(case)s
ON CONFLICT (user_id, case_id) DO UPDATE SET used_at = now()
"""

# And the replies that came by the follows that the act began.
UNDO = """
WITH begun AS (SELECT f.follow_id AS id FROM store_filing f WHERE f.act_id = %(act)s AND f.by_id = %(viewer)s AND f.follow_id IS NOT NULL),
ended AS (UPDATE store_follow w SET ended_at = now()
  WHERE w.owner_id = %(viewer)s AND w.ended_at IS NULL AND w.id IN (SELECT id FROM begun))
UPDATE store_filing f SET undone_at = now(), undone_by_id = %(viewer)s
WHERE f.undone_at IS NULL AND f.by_id = %(viewer)s
  AND (f.act_id = %(act)s OR (f.how = 'reply' AND f.follow_id IN (SELECT id FROM begun)))
RETURNING f.message_id
"""

# And its whole conversation, where that was filed by it and is followed since.
UNDO_ONE = """
WITH whole AS (
  SELECT o.id, o.follow_id FROM store_filing f JOIN store_filing o ON o.follow_id = f.follow_id
  WHERE f.id = %(filing)s AND f.act_id IS NOT NULL AND f.by_id = %(viewer)s AND f.follow_id IS NOT NULL AND o.by_id = %(viewer)s),
ended AS (UPDATE store_follow w SET ended_at = now()
  WHERE w.owner_id = %(viewer)s AND w.ended_at IS NULL AND w.id IN (SELECT follow_id FROM whole))
UPDATE store_filing f SET undone_at = now(), undone_by_id = %(viewer)s
WHERE f.undone_at IS NULL AND (f.id = %(filing)s OR f.id IN (SELECT id FROM whole)) RETURNING f.message_id
"""


@dataclass(frozen=True, slots=True)
class Goal:
    """What is filed to, by its inner id: one of the two."""

    case: int | None = None
    task: int | None = None


def chosen(viewer: int, messages: Sequence[UUID]) -> dict[int, int]:
    """Those of them that the viewer may see, and whose each is: message → owner."""
    return dict(rows_of(CHOSEN, {"viewer": viewer, "messages": list(messages)}))


def conversations(viewer: int, messages: Sequence[int]) -> dict[int, int]:
    """What the viewer may see of the conversations of these messages: message → owner."""
    return dict(rows_of(CONVERSATIONS, {"viewer": viewer, "messages": list(messages)}))


def follow(viewer: int, messages: Sequence[int], case: int) -> list[int]:
    """From now on what answers their conversations is filed, too; of the viewer's own ones. Follows that began by this."""
    return _ids(FOLLOW, {"viewer": viewer, "messages": list(messages), "case": case})


def file(
    viewer: int,
    act: Act | None,
    messages: Sequence[int],
    goal: Goal,
    how: How,
    why: tuple[str, Mapping[str, Any]],
    follows: Sequence[int] = (),
) -> list[int]:
    """`why`: core.suggestions.Reason and its params. Returns the messages that were not there already."""
    columns = {"case": goal.case, "task": goal.task, "how": how, "reason": why[0], "params": json.dumps(dict(why[1]))}
    done = {"viewer": viewer, "act": act.pk if act else None, "messages": list(messages), "follows": list(follows)}
    return _ids(FILE, {**columns, **done})


def share_follows(follows: Sequence[int], standing: Sequence[int]) -> None:
    """What follows by these is shared by these standing orders (store/sharing.py), conversation by conversation."""
    if follows and standing:
        execute(SHARE_FOLLOWS, {"follows": list(follows), "standing": list(standing)})


def use(viewer: int, case: int) -> None:
    """The viewer has just filed to it."""
    execute(USE, {"viewer": viewer, "case": case})


def undo(viewer: int, act: Act) -> list[int]:
    """All that the act filed, and what came after it by itself. Message ids."""
    return _ids(UNDO, {"viewer": viewer, "act": act.pk})


def undo_one(viewer: int, filing: int) -> list[int]:
    """One link; where the viewer made it for a conversation, all of that, and what came after it by itself. Message ids."""
    return _ids(UNDO_ONE, {"viewer": viewer, "filing": filing})


def link_documents(messages: Sequence[int]) -> None:
    """Attachments of filed messages are documents of their cases, as links; of what is filed no longer they are none. By a function over
    the wall (migration 0003), which says of rows only what filings and parts say: who files need not be in the team."""
    if messages:
        execute("SELECT teczka_link_documents(%(messages)s::bigint[])", {"messages": list(messages)})


def _ids(statement: str, columns: dict[str, Any]) -> list[int]:
    return [row[0] for row in rows_of(statement, columns)]
