"""Where messages lie on their servers, and the counters of the folders that hold them. Within the owner's transaction.

Each statement that changes placements moves the folder's counters by what it changed, so that a list never counts.
"""

import json
from array import array
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from teczka.core.folders import AWAITED
from teczka.core.mail import RemoteFlags, RemoteSummary
from teczka.core.messages import Candidate
from teczka.store import erased
from teczka.store.overlay import hidden, laid, untold
from teczka.store.statements import each_of, execute, value_of

FEW = 20  # flags

MATCHED = """
WITH placed AS (
  INSERT INTO store_placement AS p
    (office_id, owner_id, folder_id, message_id, uidvalidity, uid, internaldate, seen, flagged, answered, draft, keywords, gone_at)
  SELECT o.office_id, o.owner_id, o.folder_id, o.message_id, %(uidvalidity)s, t.uid, t.internaldate, t.seen, t.flagged, t.answered, t.draft,
    string_to_array(t.keywords, ' '), CASE WHEN {old_is_hidden} THEN o.gone_at END
  FROM json_to_recordset(%(rows)s) AS t (old bigint, internaldate timestamptz,
    uid bigint, seen boolean, flagged boolean, answered boolean, draft boolean, keywords text)
  JOIN store_placement o ON o.id = t.old AND o.folder_id = %(folder)s
  ON CONFLICT (folder_id, uidvalidity, uid) DO UPDATE SET gone_at = excluded.gone_at, message_id = excluded.message_id,
    internaldate = excluded.internaldate, seen = excluded.seen, flagged = excluded.flagged, answered = excluded.answered,
    draft = excluded.draft, keywords = excluded.keywords
  WHERE p.gone_at IS NOT NULL AND NOT {is_hidden}
  RETURNING seen, gone_at)
UPDATE store_folder SET stored = stored + (SELECT count(*) FROM placed WHERE gone_at IS NULL),
  unread = unread + (SELECT count(*) FROM placed WHERE gone_at IS NULL AND NOT seen)
WHERE id = %(folder)s RETURNING (SELECT count(*) FROM placed)
"""
# What was held over the older placement is held over the new one.
CARRIED = """
UPDATE store_operation o SET placement_id = n.id
FROM json_to_recordset(%(rows)s) AS t (old bigint, uid bigint)
JOIN store_placement n ON n.folder_id = %(folder)s AND n.uidvalidity = %(uidvalidity)s AND n.uid = t.uid
WHERE o.placement_id = t.old AND o.placement_id <> n.id AND o.state IN ('pending', 'started', 'local', 'marked')
"""

GONE = """
WITH gone AS (
  UPDATE store_placement p SET gone_at = now() WHERE folder_id = %(folder)s AND gone_at IS NULL AND {which} RETURNING seen)
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
  SELECT p.id, p.seen AS was_seen, p.gone_at, t.* FROM store_placement p JOIN told t USING (uid)
  WHERE p.folder_id = %(folder)s AND p.uidvalidity = %(uidvalidity)s AND (p.gone_at IS NULL OR {is_hidden})
    AND (p.seen, p.flagged, p.answered, p.draft, p.keywords) IS DISTINCT FROM (t.seen, t.flagged, t.answered, t.draft, t.keywords)
  FOR UPDATE OF p),
changed AS (
  UPDATE store_placement p SET seen = o.seen, flagged = o.flagged, answered = o.answered, draft = o.draft, keywords = o.keywords
  FROM old o WHERE p.id = o.id RETURNING o.was_seen, p.seen, p.gone_at)
UPDATE store_folder SET unread = unread + (SELECT count(*) FILTER (WHERE was_seen AND NOT seen)
  - count(*) FILTER (WHERE seen AND NOT was_seen) FROM changed WHERE gone_at IS NULL)
WHERE id = %(folder)s RETURNING (SELECT count(*) FROM changed)
"""

# What was awaited stays in sight until a listing has surely reached it.
STILL_AWAITED = """p.uidvalidity = %(awaited)s AND ({is_untold} OR EXISTS (SELECT FROM store_operation puts WHERE puts.id = p.uid AND (
  puts.state = 'started' OR (puts.target_uidvalidity = %(uidvalidity)s AND puts.target_uidnext >= %(below)s))))"""

# What is hidden is there; and what was erased here is there, too.
STORED = """
SELECT uid FROM store_placement WHERE folder_id = %(folder)s AND uidvalidity = %(uidvalidity)s AND uid >= %(lowest)s AND gone_at IS NULL
UNION ALL
SELECT p.uid FROM store_operation o JOIN store_placement p ON p.id = o.placement_id
WHERE o.folder_id = %(folder)s AND o.kind IN ('move', 'expunge') AND o.state IN ('pending', 'started', 'marked')
  AND p.uidvalidity = %(uidvalidity)s AND p.uid >= %(lowest)s AND p.gone_at IS NOT NULL
UNION ALL
SELECT uid FROM store_erasedplace WHERE folder_id = %(folder)s AND uidvalidity = %(uidvalidity)s AND uid >= %(lowest)s
ORDER BY uid
"""
CANDIDATES = """
SELECT p.id, m.size, extract(epoch FROM p.internaldate)::bigint, m.message_id FROM store_placement p
JOIN store_message m ON m.id = p.message_id
WHERE p.folder_id = %(folder)s AND p.uidvalidity <> %(uidvalidity)s AND (p.gone_at IS NULL OR {is_hidden}) AND NOT {is_untold}
"""
PLACED = """
SELECT p.uid, p.id, m.size, extract(epoch FROM p.internaldate)::bigint, m.message_id FROM store_placement p
JOIN store_message m ON m.id = p.message_id
WHERE p.folder_id = %(folder)s AND p.uidvalidity = %(uidvalidity)s AND p.uid = ANY(%(uids)s)
  AND (p.gone_at IS NULL OR {is_hidden})
"""

# What lies on its server in a folder that is there, under its numbers of now, and over which nothing is held here. The bin is emptied, and
# then it would lie nowhere.
ELSEWHERE = """uidvalidity > 0 AND left_at IS NULL AND EXISTS (
  SELECT FROM store_placement there JOIN store_folder f ON f.id = there.folder_id AND f.uidvalidity = there.uidvalidity
  WHERE there.message_id = p.message_id AND there.gone_at IS NULL AND there.uidvalidity > 0
    AND f.gone_at IS NULL AND f.selectable AND f.role NOT IN ('trash', 'junk'))
AND NOT EXISTS (SELECT FROM store_operation held
  WHERE held.placement_id = p.id AND held.state IN ('pending', 'started', 'local', 'marked'))"""

EXPUNGED = """
UPDATE store_operation o SET state = 'done', done_at = now() FROM store_placement p
WHERE p.id = o.placement_id AND o.state = 'marked' AND p.folder_id = %(folder)s
  AND p.uidvalidity = %(uidvalidity)s AND p.uid = ANY(%(uids)s)
"""

# What we could but mark, and another took the mark off: it is to stay.
UNMARKED = """
WITH back AS (
  UPDATE store_operation o SET state = 'done', done_at = now() FROM store_placement p
  WHERE o.folder_id = %(folder)s AND o.kind IN ('move', 'expunge') AND o.state = 'marked' AND p.id = o.placement_id
    AND p.uidvalidity = %(uidvalidity)s AND p.uid = ANY(%(uids)s) RETURNING p.id),
shown AS (UPDATE store_placement p SET gone_at = NULL FROM back WHERE p.id = back.id AND p.gone_at IS NOT NULL RETURNING p.seen)
UPDATE store_folder SET stored = stored + (SELECT count(*) FROM shown), unread = unread + (SELECT count(*) FROM shown WHERE NOT seen)
WHERE id = %(folder)s RETURNING (SELECT count(*) FROM shown)
"""


def place(folder_id: int, uidvalidity: int, matched: Sequence[tuple[RemoteSummary, int]]) -> int:
    """Placements of messages that we know under another UIDVALIDITY; the old ones are marked gone. What is hidden stays so."""
    rows = [
        {
            "old": old,
            "uid": summary.uid,
            "internaldate": summary.internaldate.isoformat(),
            **flag_columns(summary.flags),
        }
        for summary, old in matched
    ]
    columns = {"folder": folder_id, "uidvalidity": uidvalidity, "rows": json.dumps(rows)}
    new = _count(MATCHED.format(old_is_hidden=hidden("o"), is_hidden=hidden("p")), columns)
    which = "id = ANY(%(ids)s) AND uidvalidity <> %(uidvalidity)s"
    olds = [old for _, old in matched]
    _count(GONE.format(which=which), {"folder": folder_id, "ids": olds, "uidvalidity": uidvalidity})
    if execute(CARRIED, columns):
        hold(folder_id, uidvalidity, {summary.uid: summary.flags for summary, _ in matched})
    return new


def set_flags(folder_id: int, uidvalidity: int, changes: Sequence[RemoteFlags]) -> int:
    """What is held over them stays (core.acts.lay)."""
    latest = {change.uid: change.flags for change in changes}  # a server may tell one twice: the last one holds
    changed = _set(folder_id, uidvalidity, latest | laid(folder_id, uidvalidity, latest))
    staying = [uid for uid, flags in latest.items() if not any(flag.lower() == "\\deleted" for flag in flags)]
    return changed + _count(UNMARKED, {"folder": folder_id, "uidvalidity": uidvalidity, "uids": staying})


def hold(folder_id: int, uidvalidity: int, told: Mapping[int, frozenset[str]]) -> None:
    """Lays what is held over flags that were just set as told."""
    _set(folder_id, uidvalidity, laid(folder_id, uidvalidity, told))


def _set(folder_id: int, uidvalidity: int, flags: Mapping[int, frozenset[str]]) -> int:
    if not flags:
        return 0
    rows = [{"uid": uid, **flag_columns(each)} for uid, each in flags.items()]
    columns = {"folder": folder_id, "uidvalidity": uidvalidity, "rows": json.dumps(rows)}
    return _count(FLAGS.format(is_hidden=hidden("p")), columns)


def mark_gone(folder_id: int, uidvalidity: int, uids: Sequence[int]) -> int:
    which = "uidvalidity = %(uidvalidity)s AND uid = ANY(%(uids)s)"
    columns = {"folder": folder_id, "uidvalidity": uidvalidity, "uids": list(uids)}
    execute(EXPUNGED, columns)
    erased.not_there(folder_id, which, columns)
    return _count(GONE.format(which=which), columns)


def leave_to_others(folder_id: int) -> int:
    """Of a folder that is gone what another shows as well."""
    return _count(GONE.format(which=ELSEWHERE), {"folder": folder_id})


def supersede(folder_id: int, uidvalidity: int, complete_below: int) -> int:
    """What lay there under another UIDVALIDITY lies there no longer; but as long as messages of this one do not come whole, for each of
    them may be one of those. What had left a POP3 server stays in the list."""
    which = (
        f"uidvalidity <> %(uidvalidity)s AND left_at IS NULL AND NOT ({STILL_AWAITED.format(is_untold=untold('p'))})"
        " AND (uidvalidity = %(awaited)s"
        " OR NOT EXISTS (SELECT FROM store_fetchtrouble t WHERE t.folder_id = p.folder_id AND t.uidvalidity = %(uidvalidity)s))"
    )
    columns = {"folder": folder_id, "uidvalidity": uidvalidity, "awaited": AWAITED, "below": complete_below}
    erased.not_there(folder_id, "uidvalidity <> %(uidvalidity)s", columns)
    return _count(GONE.format(which=which), columns)


def stored_uids(folder_id: int, uidvalidity: int, lowest: int) -> "array[int]":
    return array(
        "Q", (row[0] for row in each_of(STORED, {"folder": folder_id, "uidvalidity": uidvalidity, "lowest": lowest}))
    )


def candidates(folder_id: int, uidvalidity: int) -> list[Candidate]:
    statement = CANDIDATES.format(is_hidden=hidden("p"), is_untold=untold("p"))
    return [
        Candidate(placement, size, seconds, name.encode())
        for placement, size, seconds, name in each_of(statement, {"folder": folder_id, "uidvalidity": uidvalidity})
    ]


def placed(folder_id: int, uidvalidity: int, uids: Sequence[int]) -> dict[int, Candidate]:
    """By UID."""
    columns = {"folder": folder_id, "uidvalidity": uidvalidity, "uids": list(uids)}
    return {
        uid: Candidate(placement, size, seconds, name.encode())
        for uid, placement, size, seconds, name in each_of(PLACED.format(is_hidden=hidden("p")), columns)
    }


def flag_columns(flags: frozenset[str]) -> Mapping[str, bool | str]:
    """The columns of a placement. Remembered where they are few: others are a server's nonsense, and nobody's else."""
    return _remembered(flags) if len(flags) <= FEW else _columns(flags)


def _columns(flags: frozenset[str]) -> Mapping[str, bool | str]:
    """`keywords` in the server's spelling, joined by spaces, which no flag holds (RFC 3501 §9).

    System flags are the same in any case (§2.3.2). \\Recent is about a session, not about the message.
    """
    lower = {flag.lower() for flag in flags}
    system = {"\\seen", "\\flagged", "\\answered", "\\draft", "\\recent"}
    rest = " ".join(sorted(flag for flag in flags if flag.lower() not in system))
    columns = {name: f"\\{name}" in lower for name in ("seen", "flagged", "answered", "draft")}
    return MappingProxyType({**columns, "keywords": rest})


_remembered = lru_cache(1024)(_columns)


def flags_of(columns: Mapping[str, Any]) -> frozenset[str]:
    """The other way round."""
    system = {f"\\{name.capitalize()}" for name in ("seen", "flagged", "answered", "draft") if columns[name]}
    return frozenset(system | set(columns["keywords"].split()))


def _count(statement: str, columns: dict[str, Any]) -> int:
    return int(value_of(statement, columns) or 0)
