"""What became of pending operations: done, refused, taken back. Within the owner's transaction; under the lease (store/mail.py `writing`),
or under `acts.lock`."""

import json
from collections.abc import Mapping, Sequence

from teczka.core.acts import OperationState
from teczka.core.errors import Problem
from teczka.core.folders import AWAITED
from teczka.store.acts import ALONG
from teczka.store.restoring import end, relay
from teczka.store.statements import execute, rows_of

# Where the server says that the awaited ones lie. A pass may have found one first, as a placement of its own: then that one stays. Where
# another message lies the server is mistaken, and the next pass finds ours.
LAND = """
WITH told AS (
  SELECT o.id AS op, w.id AS awaited, w.folder_id, w.seen, w.gone_at, t.uidvalidity, t.uid, r.id AS there,
    r.seen AS there_seen, r.gone_at AS there_gone_at
  FROM json_to_recordset(%(rows)s) AS t (op bigint, uidvalidity bigint, uid bigint)
  JOIN store_operation o ON o.id = t.op JOIN store_placement w ON w.id = o.target_placement_id AND w.uidvalidity = %(awaited)s
  LEFT JOIN store_placement r ON r.folder_id = w.folder_id AND r.uidvalidity = t.uidvalidity AND r.uid = t.uid
  WHERE r.id IS NULL OR r.message_id = w.message_id),
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

# The server has the flag so now: of whatever was noted after it this is what it was, and what was so here alone before it is over.
DONE = (
    "UPDATE store_operation SET state = %(state)s, done_at = now() WHERE id = ANY(%(ids)s)",
    # Array by array: joined at once, while the table has just grown, it was planned as each with each (2.5 s of 500 among 5,000).
    """WITH said AS MATERIALIZED (
         SELECT id, placement_id, flag, value FROM store_operation WHERE id = ANY(%(ids)s) AND kind = 'flag'),
       held AS MATERIALIZED (
         SELECT id, placement_id, flag, state FROM store_operation WHERE placement_id = ANY (ARRAY(SELECT placement_id FROM said))
           AND kind = 'flag' AND state IN ('pending', 'started', 'local')),
       overtaken AS (
         UPDATE store_operation earlier SET state = 'done', done_at = now() FROM said JOIN held USING (placement_id, flag)
         WHERE held.id < said.id AND held.state = 'local' AND earlier.id = held.id)
       UPDATE store_operation later SET was = said.value FROM said JOIN held USING (placement_id, flag)
       WHERE held.id > said.id AND held.state <> 'local' AND later.id = held.id""",
)

# A folder that went earlier may still bear the name; no server lists one with a zero byte.
RENAMED = (
    """UPDATE store_folder f SET wire_name = f.wire_name || '\\x00'::bytea || f.id::text::bytea FROM store_folder named
       WHERE named.id = %(folder)s AND f.account_id = named.account_id AND f.id <> named.id AND f.gone_at IS NOT NULL
         AND (f.wire_name = %(name)s OR substr(f.wire_name, 1, length(%(name)s) + 1) = %(name)s || convert_to(named.delimiter, 'UTF8'))""",
    """UPDATE store_folder f SET wire_name = %(name)s || substr(f.wire_name, length(named.wire_name) + 1) FROM store_folder named
       WHERE named.id = %(folder)s AND f.account_id = named.account_id AND (f.id = named.id
         OR (named.delimiter <> ''
           AND substr(f.wire_name, 1, length(named.wire_name) + 1) = named.wire_name || convert_to(named.delimiter, 'UTF8')))""",
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
    started = rows_of(
        "UPDATE store_operation SET state = 'started', started_at = now(), target_uidvalidity = %(uidvalidity)s,"
        " target_uidnext = %(uidnext)s WHERE id = ANY(%(ids)s) AND state IN ('pending', 'started') RETURNING id",
        columns,
    )
    return {row[0] for row in started}


def land(told: Mapping[int, tuple[int, int]]) -> None:
    """Operation → (UIDVALIDITY, UID) of what it put into its target."""
    rows = [{"op": op, "uidvalidity": validity, "uid": uid} for op, (validity, uid) in told.items()]
    relay([row[0] for row in rows_of(LAND, {"rows": json.dumps(rows), "awaited": AWAITED})])


def done(ids: Sequence[int], state: OperationState = OperationState.DONE) -> None:
    for statement in DONE:
        execute(statement, {"ids": list(ids), "state": state})


def renamed(folder_id: int, name: bytes) -> None:
    """The server has the folder under this wire name now, and what lies below it likewise (RFC 3501 §6.3.5)."""
    for statement in RENAMED:
        execute(statement, {"folder": folder_id, "name": name})


def refuse(ids: Sequence[int], problem: Problem, *, vanished: bool = False) -> list[int]:
    """They cannot be done; nor can what rests on them. `vanished`: because their messages are on the server no longer. What was to be
    appended stays here nevertheless. Returns all that are refused."""
    return end(ids, OperationState.REFUSED, problem, vanished=vanished)


def hold_back(account_id: int, problem: Problem) -> None:
    """Nothing is changed on the account's server any more: flags are so here alone, all else is refused."""
    for statement in HELD_BACK:
        execute(statement, {"account": account_id})
    waiting = rows_of(
        "SELECT id FROM store_operation WHERE account_id = %(account)s AND state = 'pending'", {"account": account_id}
    )
    refuse([row[0] for row in waiting], problem)


def keep_here(ids: Sequence[int]) -> None:
    """Changes of flags that the server would not keep: so here alone."""
    kept = rows_of(
        "UPDATE store_operation SET state = 'local', started_at = NULL WHERE id = ANY(%(ids)s) AND kind = 'flag'"
        " AND state IN ('pending', 'started') RETURNING id",
        {"ids": list(ids)},
    )
    while kept:  # it may have been moved on and on
        kept = rows_of(ALONG.format(which="o.id = ANY(%(ids)s)"), {"ids": [row[0] for row in kept]})


def withdraw(ids: Sequence[int]) -> list[int]:
    """Taken back before the server heard of them."""
    return end(ids, OperationState.UNDONE, None, vanished=False)
