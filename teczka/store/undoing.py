"""What of an act can be taken back, and how. Within the owner's transaction, under `acts.lock`."""

from dataclasses import dataclass
from typing import Any

from teczka.store.models import Act
from teczka.store.statements import rows_of

# The server has not heard of them. What was moved on meanwhile stays where it is, and so does a folder that other acts use.
UNHEARD = """
SELECT o.id FROM store_operation o LEFT JOIN store_placement w ON w.id = o.target_placement_id
WHERE o.act_id = %(act)s AND o.state IN ('pending', 'local') AND (w.id IS NULL OR w.gone_at IS NULL)
  AND (o.kind <> 'create' OR NOT EXISTS (
    SELECT FROM store_operation other WHERE other.account_id = o.account_id AND other.target_id = o.folder_id
      AND other.act_id IS DISTINCT FROM o.act_id AND other.state NOT IN ('refused', 'undone')))
ORDER BY o.id
"""

# Where the message lies; it may have been moved on.
FLAGGED = """
SELECT o.flag, o.value, array_agg(p.id) FROM store_operation o CROSS JOIN LATERAL (
  SELECT p.id, p.id = o.placement_id AS same, max((p.id = o.placement_id)::int) OVER () AS found
  FROM store_placement p JOIN store_folder f ON f.id = p.folder_id
  WHERE p.message_id = o.message_id AND f.account_id = o.account_id AND p.gone_at IS NULL) p
WHERE o.act_id = %(act)s AND o.kind = 'flag' AND o.state IN ('started', 'done') AND (p.same OR p.found = 0)
GROUP BY 1, 2
"""

# Of copies the folder that they are in is told, for they go to its account's bin. Nothing goes back to a folder that is there no longer.
MOVED = """
SELECT p.id, CASE WHEN o.kind = 'move' THEN o.folder_id END, o.account_id FROM store_operation o JOIN store_placement p ON p.id = coalesce(
  o.target_placement_id, (SELECT there.id FROM store_placement there
    WHERE there.folder_id = o.target_id AND there.message_id = o.message_id AND there.gone_at IS NULL LIMIT 1))
WHERE o.act_id = %(act)s AND o.kind IN ('move', 'copy') AND o.state IN ('started', 'done', 'marked') AND p.gone_at IS NULL
  AND (o.kind = 'copy' OR NOT EXISTS (SELECT FROM store_folder f WHERE f.id = o.folder_id AND f.gone_at IS NOT NULL))
ORDER BY o.id
"""

SHAPED = """
SELECT o.kind, o.folder_id, o.path, o.path_before, o.account_id FROM store_operation o
WHERE o.act_id = %(act)s AND o.kind IN ('create', 'rename', 'remove') AND o.state IN ('started', 'done') ORDER BY o.id
"""


@dataclass(frozen=True, slots=True)
class Moved:
    placement: int
    back: int | None  # the folder that it came from; None: a copy
    account: int


@dataclass(frozen=True, slots=True)
class Shaped:
    kind: str  # core.acts.Kind: create, rename, remove
    folder: int
    path: str
    path_before: str
    account: int


def unheard(act: Act) -> list[int]:
    return [row[0] for row in _rows(UNHEARD, act)]


def flagged(act: Act) -> list[tuple[str, bool, list[int]]]:
    """Flag, value and placements of those that the server has, or may have."""
    return [(flag, value, placements) for flag, value, placements in _rows(FLAGGED, act)]


def moved(act: Act) -> list[Moved]:
    return [Moved(*row) for row in _rows(MOVED, act)]


def shaped(act: Act) -> list[Shaped]:
    return [Shaped(*row) for row in _rows(SHAPED, act)]


def accounts(act: Act) -> list[int]:
    return [row[0] for row in _rows("SELECT DISTINCT account_id FROM store_operation WHERE act_id = %(act)s", act)]


def _rows(statement: str, act: Act) -> list[tuple[Any, ...]]:
    return rows_of(statement, {"act": act.pk})
