"""Operations that will not be done: our rows become as if they had never been, and later ones on the same message go on from there. Within
the owner's transaction."""

import json
from collections.abc import Sequence

from teczka.core.acts import OperationState
from teczka.core.errors import Problem
from teczka.core.folders import AWAITED
from teczka.store.acts import FLAGS, flag_column
from teczka.store.statements import execute, rows_of

ENDED = """
UPDATE store_operation SET state = %(state)s, done_at = now(),
  trouble = %(trouble)s, trouble_params = %(params)s, trouble_detail = %(detail)s
WHERE id = ANY(%(ids)s)
"""

# What stands on what will not be: on a copy that is not made, on a message that is there no longer, in a folder that is not made.
SHAKY = """
SELECT CASE WHEN kind = 'create' THEN 0 ELSE target_placement_id END, CASE WHEN kind = 'create' THEN folder_id ELSE 0 END
FROM store_operation WHERE id = ANY(%(ids)s) AND (kind IN ('copy', 'create') OR (kind = 'move' AND %(vanished)s))
"""
RESTS_ON = """
SELECT id FROM store_operation WHERE placement_id = ANY(%(placements)s) AND state IN ('pending', 'started')
UNION SELECT id FROM store_operation WHERE target_id = ANY(%(folders)s) AND state IN ('pending', 'started')
"""

# What the last of the operations that are left says; where there is none, what the server told.
REFLAG = """
WITH back AS (
  SELECT DISTINCT ON (o.placement_id) o.placement_id, coalesce((
    SELECT held.value FROM store_operation held WHERE held.placement_id = o.placement_id AND held.kind = 'flag' AND held.flag = o.flag
      AND held.state IN ('pending', 'started', 'local') ORDER BY held.id DESC LIMIT 1), o.was) AS value
  FROM store_operation o WHERE o.id = ANY(%(ids)s) AND o.kind = 'flag' AND o.flag = %(flag)s ORDER BY o.placement_id, o.id),
old AS (
  SELECT p.id, p.folder_id, p.gone_at, back.value FROM store_placement p JOIN back ON back.placement_id = p.id
  WHERE ({has}) <> back.value FOR UPDATE OF p),
changed AS (UPDATE store_placement p SET {change} FROM old WHERE p.id = old.id)
UPDATE store_folder f SET unread = f.unread + d.unread FROM (
  SELECT folder_id, sum(CASE WHEN value THEN -1 ELSE 1 END) AS unread FROM old WHERE gone_at IS NULL GROUP BY 1) d
WHERE f.id = d.folder_id AND %(counts)s
"""
LAID_ON = """
SELECT id FROM store_operation WHERE placement_id = ANY(%(placements)s) AND kind = 'flag' AND state IN ('pending', 'started', 'local')
"""

# The source is there again as the server has it; what was done to the awaited one since is done to the source.
UNMOVE = """
WITH back AS MATERIALIZED (
  SELECT o.id, o.kind, o.folder_id AS source, o.placement_id, w.id AS awaited, w.gone_at
  FROM store_operation o LEFT JOIN store_placement w ON w.id = o.target_placement_id AND w.uidvalidity = %(awaited)s
  WHERE o.id = ANY(%(ids)s) AND o.kind IN ('move', 'copy', 'expunge')),
shown AS (
  UPDATE store_placement p SET gone_at = b.gone_at
  FROM back b WHERE p.id = b.placement_id AND b.kind IN ('move', 'expunge') AND NOT %(vanished)s
  RETURNING p.id, p.folder_id, p.seen, p.gone_at),
noted AS (
  UPDATE store_operation o SET placement_id = b.placement_id, folder_id = b.source FROM back b
  WHERE o.placement_id = b.awaited AND b.kind = 'move' AND o.state IN ('pending', 'started', 'local', 'marked')),
dropped AS (DELETE FROM store_placement p USING back b WHERE p.id = b.awaited RETURNING p.folder_id, p.seen, p.gone_at),
counted AS (
  UPDATE store_folder f SET stored = f.stored + d.stored, unread = f.unread + d.unread FROM (
    SELECT folder_id, sum(one) AS stored, sum(CASE WHEN seen THEN 0 ELSE one END) AS unread FROM (
      SELECT folder_id, seen, 1 AS one FROM shown WHERE gone_at IS NULL
      UNION ALL SELECT folder_id, seen, -1 FROM dropped WHERE gone_at IS NULL) every GROUP BY 1) d
  WHERE f.id = d.folder_id)
SELECT id FROM shown
"""

# A later move to where the message lies again.
CIRCLES = """
SELECT id FROM store_operation WHERE placement_id = ANY(%(placements)s) AND kind = 'move' AND folder_id = target_id
  AND state IN ('pending', 'started')
"""

UNFOLDER = (
    """UPDATE store_folder f SET gone_at = now() FROM store_operation o
       WHERE o.id = ANY(%(ids)s) AND o.kind = 'create' AND f.id = o.folder_id""",
    """UPDATE store_folder f SET gone_at = NULL FROM store_operation o
       WHERE o.id = ANY(%(ids)s) AND o.kind = 'remove' AND f.id = o.folder_id""",
    """UPDATE store_folder f SET path = o.path_before || substr(f.path, length(o.path) + 1)
       FROM store_operation o JOIN store_folder named ON named.id = o.folder_id
       WHERE o.id = ANY(%(ids)s) AND o.kind = 'rename' AND f.account_id = o.account_id
         AND (f.path = o.path OR (named.delimiter <> '' AND starts_with(f.path, o.path || named.delimiter)))""",
)


def end(ids: Sequence[int], state: OperationState, problem: Problem | None, *, vanished: bool) -> list[int]:
    ended = _with_dependents(ids, vanished=vanished)
    columns = {
        "state": state,
        "ids": ended,
        "trouble": problem.trouble if problem else "",
        "params": json.dumps(problem.params if problem else {}),
        "detail": problem.detail if problem else "",
    }
    execute(ENDED, columns)
    _reflag(ended)
    circles: list[int] = []
    for level in _levels(ended):
        shown = [row[0] for row in rows_of(UNMOVE, {"ids": level, "awaited": AWAITED, "vanished": vanished})]
        relay(shown)
        circles += [row[0] for row in rows_of(CIRCLES, {"placements": shown})]
    for statement in UNFOLDER:
        execute(statement, {"ids": ended})
    return ended + (end(circles, OperationState.UNDONE, None, vanished=False) if circles else [])


def _with_dependents(ids: Sequence[int], *, vanished: bool) -> list[int]:
    every, fresh = set(ids), list(ids)
    while fresh:
        shaky = rows_of(SHAKY, {"ids": fresh, "vanished": vanished})
        below = {"placements": [row[0] for row in shaky if row[0]], "folders": [row[1] for row in shaky if row[1]]}
        fresh = [row[0] for row in rows_of(RESTS_ON, below) if row[0] not in every] if shaky else []
        every |= set(fresh)
    return sorted(every)


def _levels(ids: Sequence[int]) -> list[list[int]]:
    """Moves on top of moves come first: what they had from the ones below goes back to those."""
    rows = rows_of(
        "SELECT id, placement_id, target_placement_id FROM store_operation WHERE id = ANY(%(ids)s)"
        " AND kind IN ('move', 'copy', 'expunge') ORDER BY id",
        {"ids": list(ids)},
    )
    height: dict[int, int] = {}  # of what lies at a placement
    levels: dict[int, list[int]] = {}
    for op, placement, target in rows:
        at = height.get(placement, 0)
        levels.setdefault(at, []).append(op)
        if target:
            height[target] = at + 1
    return [levels[at] for at in sorted(levels, reverse=True)]


def relay(placements: Sequence[int]) -> None:
    """Lays what is held of flags over them."""
    if placements:
        _reflag([row[0] for row in rows_of(LAID_ON, {"placements": list(placements)})])


def _reflag(ids: Sequence[int]) -> None:
    which = "SELECT DISTINCT flag FROM store_operation WHERE id = ANY(%(ids)s) AND kind = 'flag'"
    for (name,) in rows_of(which, {"ids": list(ids)}):
        has, change = flag_column(name, "old.value")
        counts = FLAGS.get(name) == "seen"
        execute(REFLAG.format(has=has, change=change), {"ids": list(ids), "flag": name, "counts": counts})
