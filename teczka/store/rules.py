"""The rows of what rules did: that each did a message once. As their owner, in a transaction of the caller's."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from teczka.store.connections import planned_once
from teczka.store.models import Act, Rule, RuleRun
from teczka.store.statements import execute, rows_of

# xmin and ctid are another pair with each change of a row (PostgreSQL, "System Columns").
HEARD = """
SELECT r.id, r.xmin::text, r.ctid::text FROM store_rule r
WHERE r.owner_id = %(owner)s AND r.enabled AND r.paused_at IS NULL ORDER BY r.position, r.id
"""
HIT = """
INSERT INTO store_rulehit (public_id, office_id, owner_id, rule_id, version, message_id, run_id, at, what)
SELECT gen_random_uuid(), m.office_id, m.owner_id, %(rule)s, %(version)s, m.id, %(run)s, now(), '{}' FROM store_message m
WHERE m.owner_id = %(viewer)s AND m.id = ANY(%(messages)s)
  AND NOT EXISTS (SELECT FROM store_ruleexception x WHERE x.rule_id = %(rule)s AND x.message_id = m.id) ORDER BY m.id
ON CONFLICT DO NOTHING RETURNING message_id
"""
DONE = """
UPDATE store_rulehit h SET act_id = %(act)s, what = t.what FROM json_to_recordset(%(rows)s) AS t (message bigint, what jsonb)
WHERE h.rule_id = %(rule)s AND h.version = %(version)s AND h.message_id = t.message AND h.undone_at IS NULL
"""
FORGIVEN = (
    "UPDATE store_rulehit SET undone_at = now() WHERE act_id = %(act)s AND undone_at IS NULL RETURNING what->>'task'"
)


class Stamp(NamedTuple):
    """A rule's row as it is now."""

    rule: int
    xmin: str
    ctid: str


def heard(owner_id: int) -> tuple[Stamp, ...]:
    """Those that are switched on and stand, in their order."""
    return tuple(Stamp(*row) for row in planned_once(HEARD, {"owner": owner_id}))


def hit(rule: Rule, messages: Sequence[int], run: RuleRun | None) -> list[int]:
    """Notes that the rule meets these; returns those that this version had not met, exceptions apart. Whoever comes second waits for the
    first, and is told none."""
    columns = {"rule": rule.pk, "version": rule.version, "run": run.pk if run else None}
    return [row[0] for row in rows_of(HIT, {**columns, "viewer": rule.owner_id, "messages": list(messages)})]


def note_done(rule: Rule, act: Act | None, what: Mapping[int, Mapping[str, Any]]) -> None:
    """`what`: of each message, RuleHit.what."""
    rows = json.dumps([{"message": message, "what": told} for message, told in what.items()])
    columns = {"rule": rule.pk, "version": rule.version, "act": act.pk if act else None, "rows": rows}
    execute(DONE, columns)


def forgive(act: Act) -> tuple[int, list[UUID]]:
    """What the act did is taken back: another run may meet its messages again. Returns how many these are, and the tasks that were made."""
    rows = rows_of(FORGIVEN, {"act": act.pk})
    return len(rows), [UUID(row[0]) for row in rows if row[0]]
