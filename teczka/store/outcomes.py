"""What became of pending operations: done, refused, taken back. Within the owner's transaction; under the lease (store/mail.py `writing`),
or under `acts.lock`.

What is refused or taken back leaves our rows as if it had never been: later operations on the same message go on from where it was.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from teczka.core.acts import OperationState
from teczka.core.errors import Problem
from teczka.core.folders import AWAITED
from teczka.store.acts import FLAGS, flag_column

# Where the server says that the awaited ones lie. A pass may have found one first, as a placement of its own: then that one stays.
LAND = """
WITH told AS (
  SELECT o.id AS op, w.id AS awaited, w.folder_id, w.seen, w.gone_at, t.uidvalidity, t.uid, r.id AS there,
    r.seen AS there_seen, r.gone_at AS there_gone_at
  FROM json_to_recordset(%(rows)s) AS t (op bigint, uidvalidity bigint, uid bigint)
  JOIN store_operation o ON o.id = t.op JOIN store_placement w ON w.id = o.target_placement_id AND w.uidvalidity = %(awaited)s
  LEFT JOIN store_placement r ON r.folder_id = w.folder_id AND r.uidvalidity = t.uidvalidity AND r.uid = t.uid),
landed AS (
  UPDATE store_placement p SET uidvalidity = t.uidvalidity, uid = t.uid FROM told t WHERE p.id = t.awaited AND t.there IS NULL),
shown AS (UPDATE store_placement p SET gone_at = t.gone_at FROM told t WHERE p.id = t.there),
dropped AS (DELETE FROM store_placement p USING told t WHERE p.id = t.awaited AND t.there IS NOT NULL),
noted AS (
  UPDATE store_operation o SET target_placement_id = CASE WHEN o.id = t.op THEN t.there ELSE o.target_placement_id END,
    placement_id = CASE WHEN o.placement_id = t.awaited THEN t.there ELSE o.placement_id END
  FROM told t WHERE t.there IS NOT NULL
    AND (o.id = t.op OR (o.placement_id = t.awaited AND o.state IN ('pending', 'started', 'local', 'marked')))),
counted AS (
  UPDATE store_folder f SET stored = f.stored - d.stored, unread = f.unread - d.unread FROM (
    SELECT folder_id, count(*) FILTER (WHERE there_gone_at IS NULL) AS stored,
      sum((gone_at IS NULL AND NOT seen)::int + (there_gone_at IS NULL AND NOT there_seen)::int
        - (gone_at IS NULL AND NOT there_seen)::int) AS unread
    FROM told WHERE there IS NOT NULL GROUP BY 1) d
  WHERE f.id = d.folder_id)
SELECT there FROM told WHERE there IS NOT NULL
"""

# The server has the flag so now: of whatever was noted after it this is what it was.
DONE = (
    "UPDATE store_operation SET state = %(state)s, done_at = now() WHERE id = ANY(%(ids)s)",
    # Array by array: joined at once, while the table has just grown, it was planned as each with each (2.5 s of 500 among 5,000).
    """WITH said AS MATERIALIZED (
         SELECT id, placement_id, flag, value FROM store_operation WHERE id = ANY(%(ids)s) AND kind = 'flag'),
       held AS MATERIALIZED (
         SELECT id, placement_id, flag FROM store_operation WHERE placement_id = ANY (ARRAY(SELECT placement_id FROM said))
           AND kind = 'flag' AND state IN ('pending', 'started'))
       UPDATE store_operation later SET was = said.value FROM said JOIN held USING (placement_id, flag)
       WHERE held.id > said.id AND later.id = held.id""",
)

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
         AND (f.id = named.id OR (named.delimiter <> '' AND starts_with(f.path, o.path || named.delimiter)))""",
)

# A folder that went earlier may still bear the name; no server lists one with a zero byte.
RENAMED = (
    """UPDATE store_folder f SET wire_name = f.wire_name || '\\x00'::bytea || f.id::text::bytea FROM store_folder named
       WHERE named.id = %(folder)s AND f.account_id = named.account_id AND f.id <> named.id AND f.gone_at IS NOT NULL
         AND (f.wire_name = %(name)s OR substr(f.wire_name, 1, length(%(name)s) + 1) = %(name)s || named.delimiter::bytea)""",
    """UPDATE store_folder f SET wire_name = %(name)s || substr(f.wire_name, length(named.wire_name) + 1) FROM store_folder named
       WHERE named.id = %(folder)s AND f.account_id = named.account_id AND (f.id = named.id
         OR (named.delimiter <> '' AND substr(f.wire_name, 1, length(named.wire_name) + 1) = named.wire_name || named.delimiter::bytea))""",
)


# Whether what was being said was done, the next passes find out: both sides are as they are.
HELD_BACK = (
    "UPDATE store_operation SET state = 'local' WHERE account_id = %(account)s AND kind = 'flag' AND state IN ('pending', 'started')",
    "UPDATE store_operation SET state = 'done', done_at = now() WHERE account_id = %(account)s AND state = 'started'",
)


def start(ids: Sequence[int], uidvalidity: int | None, uidnext: int | None) -> set[int]:
    """They are about to be said; the numbers are the target folder's, where there is one. Returns those that may be: nobody took them
    back meanwhile."""
    columns = {"ids": list(ids), "uidvalidity": uidvalidity, "uidnext": uidnext}
    started = _run(
        "UPDATE store_operation SET state = 'started', started_at = now(), target_uidvalidity = %(uidvalidity)s,"
        " target_uidnext = %(uidnext)s WHERE id = ANY(%(ids)s) AND state IN ('pending', 'started') RETURNING id",
        columns,
    )
    return {row[0] for row in started}


def land(told: Mapping[int, tuple[int, int]]) -> None:
    """Operation → (UIDVALIDITY, UID) of what it put into its target."""
    rows = [{"op": op, "uidvalidity": validity, "uid": uid} for op, (validity, uid) in told.items()]
    _relay([row[0] for row in _run(LAND, {"rows": json.dumps(rows), "awaited": AWAITED})])


def done(ids: Sequence[int], state: OperationState = OperationState.DONE) -> None:
    for statement in DONE:
        _run(statement, {"ids": list(ids), "state": state})


def renamed(folder_id: int, name: bytes) -> None:
    """The server has the folder under this wire name now, and what lies below it likewise (RFC 3501 §6.3.5)."""
    for statement in RENAMED:
        _run(statement, {"folder": folder_id, "name": name})


def refuse(ids: Sequence[int], problem: Problem, *, vanished: bool = False) -> list[int]:
    """They cannot be done; nor can what rests on them. `vanished`: because their messages are on the server no longer. What was to be
    appended stays here nevertheless. Returns all that are refused."""
    return _end(ids, OperationState.REFUSED, problem, vanished=vanished)


def hold_back(account_id: int, problem: Problem) -> None:
    """Nothing is changed on the account's server any more: flags are so here alone, all else is refused."""
    for statement in HELD_BACK:
        _run(statement, {"account": account_id})
    waiting = _run(
        "SELECT id FROM store_operation WHERE account_id = %(account)s AND state = 'pending'", {"account": account_id}
    )
    refuse([row[0] for row in waiting], problem)


def withdraw(ids: Sequence[int]) -> list[int]:
    """Taken back before the server heard of them."""
    return _end(ids, OperationState.UNDONE, None, vanished=False)


def _end(ids: Sequence[int], state: OperationState, problem: Problem | None, *, vanished: bool) -> list[int]:
    ended = _with_dependents(ids, vanished=vanished)
    columns = {
        "state": state,
        "ids": ended,
        "trouble": problem.trouble if problem else "",
        "params": json.dumps(problem.params if problem else {}),
        "detail": problem.detail if problem else "",
    }
    _run(ENDED, columns)
    _reflag(ended)
    circles: list[int] = []
    for level in _levels(ended):
        shown = [row[0] for row in _run(UNMOVE, {"ids": level, "awaited": AWAITED, "vanished": vanished})]
        _relay(shown)
        circles += [row[0] for row in _run(CIRCLES, {"placements": shown})]
    for statement in UNFOLDER:
        _run(statement, {"ids": ended})
    return ended + (_end(circles, OperationState.UNDONE, None, vanished=False) if circles else [])


def _with_dependents(ids: Sequence[int], *, vanished: bool) -> list[int]:
    every, fresh = set(ids), list(ids)
    while fresh:
        shaky = _run(SHAKY, {"ids": fresh, "vanished": vanished})
        below = {"placements": [row[0] for row in shaky if row[0]], "folders": [row[1] for row in shaky if row[1]]}
        fresh = [row[0] for row in _run(RESTS_ON, below) if row[0] not in every] if shaky else []
        every |= set(fresh)
    return sorted(every)


def _levels(ids: Sequence[int]) -> list[list[int]]:
    """Moves on top of moves come first: what they had from the ones below goes back to those."""
    rows = _run(
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


def _relay(placements: Sequence[int]) -> None:
    """Lays what is held of flags over them."""
    if placements:
        _reflag([row[0] for row in _run(LAID_ON, {"placements": list(placements)})])


def _reflag(ids: Sequence[int]) -> None:
    which = "SELECT DISTINCT flag FROM store_operation WHERE id = ANY(%(ids)s) AND kind = 'flag'"
    for (name,) in _run(which, {"ids": list(ids)}):
        has, change = flag_column(name, "old.value")
        counts = FLAGS.get(name) == "seen"
        _run(REFLAG.format(has=has, change=change), {"ids": list(ids), "flag": name, "counts": counts})


def _run(statement: str, columns: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, columns)
        return cursor.fetchall() if cursor.description else []
