"""What somebody did to their mail: for the words about it, and for taking it back."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from teczka.core.acts import Verb
from teczka.core.errors import Problem, Trouble
from teczka.store.models import User
from teczka.store.queries import walls

UNDO_HOURS = 12  # `z` reaches back so far, after a reload too


@dataclass(frozen=True, slots=True)
class ActLine:
    public_id: UUID
    verb: Verb
    count: int  # messages, or folders, that it changed
    local: int  # of those: here alone, the account is not managed
    path: str  # of the folder that messages went to, or that was made, renamed or removed; empty: none, or several
    delimiter: str
    role: str
    goal: str  # the case, or the task, that messages were filed to
    shared: bool  # and its team sees them by this


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """Operations of one act that were refused for one reason."""

    public_id: UUID  # of the newest: `actions.acts.dismiss` takes it
    verb: str  # empty: nobody's act, but what sending a message asked for
    count: int  # messages, where there are any
    messages: bool
    subjects: Sequence[str]  # of the newest three
    path: str  # of the folder that was to be made, renamed or removed
    nowhere: bool  # one that is on the server no longer lies in none of our folders
    trouble: str
    params_json: str
    detail: str
    delimiter: str  # these two of the folder that the trouble names, where the account has it
    role: str

    @property
    def problem(self) -> Problem:
        params: dict[str, Any] = json.loads(self.params_json)
        return Problem(Trouble(self.trouble), detail=self.detail, **params)


LINE = """
SELECT a.public_id, a.verb, a.count, did.local, coalesce(nullif(did.path, ''), f.path, ''), coalesce(f.delimiter, ''), coalesce(f.role, ''),
  coalesce((SELECT coalesce(t.title, btrim(c.number || ' ' || c.name)) FROM store_filing l LEFT JOIN store_case c ON c.id = l.case_id
    LEFT JOIN store_task t ON t.id = l.task_id WHERE l.act_id = a.id ORDER BY l.id LIMIT 1), ''),
  EXISTS (SELECT FROM store_share s WHERE s.act_id = a.id)
FROM store_act a CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE o.state = 'local') AS local, min(o.path) AS path,
    min(coalesce(o.target_id, o.folder_id)) AS one, max(coalesce(o.target_id, o.folder_id)) AS other
  FROM store_operation o WHERE o.act_id = a.id AND (o.kind <> 'create' OR a.verb = 'folder_create')
    AND (o.kind = 'remove' OR a.verb <> 'folder_remove')) did
LEFT JOIN store_folder f ON f.id = did.one AND did.one = did.other
WHERE a.owner_id = %(viewer)s
"""
REFUSED = f"""
WITH told AS (
  SELECT (array_agg(o.public_id ORDER BY o.id DESC))[1] AS public_id, coalesce(a.verb, '') AS verb, count(*) AS operations,
    max(o.id) AS last, coalesce(array_agg(DISTINCT o.message_id ORDER BY o.message_id DESC) FILTER (WHERE o.message_id IS NOT NULL), '{{}}')
      AS messages,
    coalesce(max(coalesce(nullif(o.path, ''), f.path)) FILTER (WHERE o.message_id IS NULL), '') AS path,
    min(o.account_id) AS account, o.trouble, o.trouble_params::text AS params, o.trouble_detail AS detail
  FROM store_operation o LEFT JOIN store_act a ON a.id = o.act_id LEFT JOIN store_folder f ON f.id = o.folder_id
  WHERE {walls.mine("o")} AND o.state = 'refused' AND o.dismissed_at IS NULL
  GROUP BY o.act_id, a.verb, o.trouble, o.trouble_params::text, o.trouble_detail ORDER BY max(o.id) DESC LIMIT 20)
SELECT t.public_id, t.verb, coalesce(nullif(cardinality(t.messages), 0), t.operations), t.messages <> '{{}}',
  ARRAY(SELECT coalesce(m.subject, '') FROM store_message m WHERE m.id = ANY (t.messages[1:3]) AND {walls.mine("m")} ORDER BY m.id DESC),
  t.path, t.trouble = '{Trouble.FOLDER_VANISHED}' AND EXISTS (SELECT FROM unnest(t.messages) AS one (id)
    WHERE NOT EXISTS (SELECT FROM store_placement p WHERE p.message_id = one.id AND p.gone_at IS NULL)),
  t.trouble, t.params, t.detail, coalesce(named.delimiter, ''), coalesce(named.role, '')
FROM told t LEFT JOIN LATERAL (SELECT f.delimiter, f.role FROM store_folder f
  WHERE f.account_id = t.account AND f.path = t.params::json ->> 'folder' AND {walls.mine("f")} LIMIT 1) named ON true ORDER BY t.last DESC
"""
# Whether anything of it can still be taken back.
OPEN = """
(EXISTS (SELECT FROM store_operation o WHERE o.act_id = a.id AND o.state NOT IN ('refused', 'undone')
  AND (o.kind <> 'expunge' OR o.state = 'pending'))
OR EXISTS (SELECT FROM store_share s WHERE (s.act_id = a.id AND s.revoked_at IS NULL) OR s.revoking_id = a.id)
OR a.verb IN ('file', 'set_aside'))
"""


def act_line(viewer: User, key: UUID) -> ActLine | None:
    found = walls.read(viewer, _line, f"{LINE} AND a.key = %(key)s", key=key)
    return found[0] if found else None


def last_act(viewer: User) -> ActLine | None:
    """What `z` takes back now."""
    found = walls.read(
        viewer,
        _line,
        f"""{LINE} AND a.undone_at IS NULL AND NOT a.quiet AND a.count > 0 AND a.verb <> 'undo' AND {OPEN}
            AND a.created_at > now() - interval '{UNDO_HOURS} hours' ORDER BY a.id DESC LIMIT 1""",
    )
    return found[0] if found else None


def refused(viewer: User) -> list[RefusedLine]:
    """What could not be done and its owner has not dismissed, the newest first. Costs a row each operation."""
    return walls.read(viewer, RefusedLine, REFUSED)


def _line(public_id: UUID, verb: str, *rest: Any) -> ActLine:
    return ActLine(public_id, Verb(verb), *rest)
