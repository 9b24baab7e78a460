"""Where messages lie on their servers, and the counters of the folders that hold them. Within the owner's transaction.

Each statement that changes placements moves the folder's counters by what it changed, so that a list never counts.
"""

import json
from array import array
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.db import connection

from teczka.core.mail import RemoteFlags, RemoteSummary
from teczka.core.messages import Candidate

MATCHED = """
WITH placed AS (
  INSERT INTO store_placement AS p
    (office_id, owner_id, folder_id, message_id, uidvalidity, uid, internaldate, seen, flagged, answered, draft, keywords)
  SELECT o.office_id, o.owner_id, o.folder_id, o.message_id, %(uidvalidity)s, t.uid, t.internaldate, t.seen, t.flagged, t.answered, t.draft,
    string_to_array(t.keywords, ' ')
  FROM json_to_recordset(%(rows)s) AS t (old bigint, internaldate timestamptz,
    uid bigint, seen boolean, flagged boolean, answered boolean, draft boolean, keywords text)
  JOIN store_placement o ON o.id = t.old AND o.folder_id = %(folder)s
  ON CONFLICT (folder_id, uidvalidity, uid) DO UPDATE SET gone_at = NULL, message_id = excluded.message_id,
    internaldate = excluded.internaldate, seen = excluded.seen, flagged = excluded.flagged, answered = excluded.answered,
    draft = excluded.draft, keywords = excluded.keywords
  WHERE p.gone_at IS NOT NULL
  RETURNING seen)
UPDATE store_folder SET stored = stored + (SELECT count(*) FROM placed),
  unread = unread + (SELECT count(*) FROM placed WHERE NOT seen)
WHERE id = %(folder)s RETURNING (SELECT count(*) FROM placed)
"""

GONE = """
WITH gone AS (UPDATE store_placement SET gone_at = now() WHERE folder_id = %(folder)s AND gone_at IS NULL AND {which} RETURNING seen)
UPDATE store_folder SET stored = stored - (SELECT count(*) FROM gone), unread = unread - (SELECT count(*) FROM gone WHERE NOT seen)
WHERE id = %(folder)s RETURNING (SELECT count(*) FROM gone)
"""

# An UPDATE cannot return what was before it (PostgreSQL 15), so the rows are read first, and locked.
FLAGS = """
WITH told AS (
  SELECT uid, seen, flagged, answered, draft, string_to_array(keywords, ' ') AS keywords
  FROM json_to_recordset(%(rows)s) AS t (
    uid bigint, seen boolean, flagged boolean, answered boolean, draft boolean, keywords text)),
old AS (
  SELECT p.id, p.seen AS was_seen, t.* FROM store_placement p JOIN told t USING (uid)
  WHERE p.folder_id = %(folder)s AND p.uidvalidity = %(uidvalidity)s AND p.gone_at IS NULL
    AND (p.seen, p.flagged, p.answered, p.draft, p.keywords) IS DISTINCT FROM (t.seen, t.flagged, t.answered, t.draft, t.keywords)
  FOR UPDATE OF p),
changed AS (
  UPDATE store_placement p SET seen = o.seen, flagged = o.flagged, answered = o.answered, draft = o.draft, keywords = o.keywords
  FROM old o WHERE p.id = o.id RETURNING o.was_seen, p.seen)
UPDATE store_folder SET unread = unread + (SELECT count(*) FILTER (WHERE was_seen AND NOT seen)
  - count(*) FILTER (WHERE seen AND NOT was_seen) FROM changed)
WHERE id = %(folder)s RETURNING (SELECT count(*) FROM changed)
"""


def place(folder_id: int, uidvalidity: int, matched: Sequence[tuple[RemoteSummary, int]]) -> int:
    """Placements of messages that we know under another UIDVALIDITY; the old ones are marked gone."""
    rows = [
        {
            "old": old,
            "uid": summary.uid,
            "internaldate": summary.internaldate.isoformat(),
            **flag_columns(summary.flags),
        }
        for summary, old in matched
    ]
    new = _count(MATCHED, {"folder": folder_id, "uidvalidity": uidvalidity, "rows": json.dumps(rows)})
    which = "id = ANY(%(ids)s) AND uidvalidity <> %(uidvalidity)s"
    olds = [old for _, old in matched]
    _count(GONE.format(which=which), {"folder": folder_id, "ids": olds, "uidvalidity": uidvalidity})
    return new


def set_flags(folder_id: int, uidvalidity: int, changes: Sequence[RemoteFlags]) -> int:
    latest = {change.uid: change for change in changes}  # a server may tell one twice: the last one holds
    rows = [{"uid": change.uid, **flag_columns(change.flags)} for change in latest.values()]
    return _count(FLAGS, {"folder": folder_id, "uidvalidity": uidvalidity, "rows": json.dumps(rows)})


def mark_gone(folder_id: int, uidvalidity: int, uids: Sequence[int]) -> int:
    which = "uidvalidity = %(uidvalidity)s AND uid = ANY(%(uids)s)"
    return _count(GONE.format(which=which), {"folder": folder_id, "uidvalidity": uidvalidity, "uids": list(uids)})


def supersede(folder_id: int, uidvalidity: int) -> int:
    """What lay there under another UIDVALIDITY lies there no longer. What had left a POP3 server stays in the list."""
    which = "uidvalidity <> %(uidvalidity)s AND left_at IS NULL"
    return _count(GONE.format(which=which), {"folder": folder_id, "uidvalidity": uidvalidity})


def stored_uids(folder_id: int, uidvalidity: int, lowest: int) -> "array[int]":
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT uid FROM store_placement WHERE folder_id = %s AND uidvalidity = %s AND uid >= %s AND gone_at IS NULL ORDER BY uid",
            [folder_id, uidvalidity, lowest],
        )
        return array("Q", (row[0] for row in cursor))


def candidates(folder_id: int, uidvalidity: int) -> list[Candidate]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, m.size, extract(epoch FROM p.internaldate)::bigint, m.message_id FROM store_placement p"
            " JOIN store_message m ON m.id = p.message_id"
            " WHERE p.folder_id = %s AND p.uidvalidity <> %s AND p.gone_at IS NULL",
            [folder_id, uidvalidity],
        )
        return [Candidate(placement, size, seconds, name.encode()) for placement, size, seconds, name in cursor]


@lru_cache(1024)
def flag_columns(flags: frozenset[str]) -> Mapping[str, bool | str]:
    """The columns of a placement. `keywords` in the server's spelling, joined by spaces, which no flag holds (RFC 3501 §9).

    System flags are the same in any case (§2.3.2). \\Recent is about a session, not about the message.
    """
    lower = {flag.lower() for flag in flags}
    system = {"\\seen", "\\flagged", "\\answered", "\\draft", "\\recent"}
    rest = " ".join(sorted(flag for flag in flags if flag.lower() not in system))
    columns = {name: f"\\{name}" in lower for name in ("seen", "flagged", "answered", "draft")}
    return MappingProxyType({**columns, "keywords": rest})


def _count(statement: str, columns: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, columns)
        row = cursor.fetchone()
    return int(row[0]) if row else 0
