"""Which messages of one owner answer one another: by the ids that they name (RFC 5322 §3.6.4). Under `reading.lock_threads`."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from teczka.store.reading import Read
from teczka.store.statements import execute, rows_of

# What is written and not sent, spam, and what was thrown away is no part of a conversation that is filed or shared; message m.
APART = """EXISTS (SELECT FROM store_placement p JOIN store_folder f ON f.id = p.folder_id
  WHERE p.message_id = m.id AND p.gone_at IS NULL AND (p.draft OR f.role IN ('drafts', 'trash', 'junk')))"""


def join(owner_id: int, read: Sequence[Read]) -> dict[int, int]:
    """Puts each message into its thread; makes threads, and merges those that turn out to be one. Message id → thread id."""
    known = _known([name for one in read for name in one.ids])
    groups = _groups(read, known)
    merged: dict[int, int] = {}  # other → kept
    made: dict[int, list[Read]] = {}
    fresh: list[list[Read]] = []
    for group in groups:
        old = sorted({known[name] for one in group for name in one.ids if name in known} | _own(group))
        if old:
            made[old[0]] = group
            merged |= dict.fromkeys(old[1:], old[0])
        else:
            fresh.append(group)
    _merge(merged)
    made |= dict(zip(_create(owner_id, fresh), fresh, strict=True))
    _touch(made)
    _link(owner_id, {name: thread for thread, group in made.items() for one in group for name in one.ids})
    return {one.message.id: thread for thread, group in made.items() for one in group}


def _own(group: Sequence[Read]) -> set[int]:
    """Threads in which an older version had put them."""
    return {one.message.thread_id for one in group if one.message.thread_id}


def _groups(read: Sequence[Read], known: Mapping[str, int]) -> list[list[Read]]:
    """Messages that share an id, or an existing thread, directly or through others: the connected components."""
    leader = list(range(len(read)))

    def find(at: int) -> int:
        while leader[at] != at:
            leader[at] = leader[leader[at]]
            at = leader[at]
        return at

    first: dict[str | int, int] = {}
    for at, one in enumerate(read):
        marks: list[str | int] = [*one.ids, *(known[name] for name in one.ids if name in known)]
        if one.message.thread_id:
            marks.append(one.message.thread_id)
        for mark in marks:
            leader[find(at)] = find(first.setdefault(mark, at))
    groups: dict[int, list[Read]] = {}
    for at, one in enumerate(read):
        groups.setdefault(find(at), []).append(one)
    return list(groups.values())


def _known(names: Sequence[str]) -> dict[str, int]:
    rows = rows_of(
        "SELECT message_id, thread_id FROM store_threadlink WHERE owner_id = (SELECT teczka_viewer())"
        " AND message_id IN (SELECT json_array_elements_text(%s))",
        [json.dumps(sorted(set(names)))],
    )
    return dict(rows)


def _create(owner_id: int, groups: Sequence[Sequence[Read]]) -> list[int]:
    rows = [{"office": group[0].message.office_id, **_face(group)} for group in groups]
    if not rows:
        return []
    statement = (
        "INSERT INTO store_thread (public_id, office_id, owner_id, subject, newest_at)"
        " SELECT gen_random_uuid(), (value->>'office')::bigint, %s, value->>'subject', (value->>'newest_at')::timestamptz"
        " FROM json_array_elements(%s) WITH ORDINALITY AS t (value, place) ORDER BY place RETURNING id"
    )
    return [row[0] for row in rows_of(statement, [owner_id, _json(rows)])]


def _face(group: Sequence[Read]) -> dict[str, Any]:
    """The thread's subject is its oldest message's."""
    oldest = min(group, key=lambda one: one.message.internaldate)
    return {
        "subject": oldest.headline.subject or "",
        "newest_at": max(one.message.internaldate for one in group),
    }


def _touch(made: Mapping[int, Sequence[Read]]) -> None:
    rows = [{"id": thread, "newest_at": _face(group)["newest_at"]} for thread, group in made.items()]
    execute(
        "UPDATE store_thread s SET newest_at = greatest(s.newest_at, t.newest_at)"
        " FROM json_to_recordset(%s) AS t (id bigint, newest_at timestamptz) WHERE s.id = t.id AND s.newest_at < t.newest_at",
        [_json(rows)],
    )


MERGE = (
    "UPDATE store_message m SET thread_id = t.kept {pairs} WHERE m.thread_id = t.other",
    "UPDATE store_threadlink l SET thread_id = t.kept {pairs} WHERE l.thread_id = t.other",
    # Standing orders go on in the thread that stays, each person's and each team's once.
    """UPDATE store_share s SET revoked_at = now() {pairs} WHERE s.thread_id = t.other AND s.revoked_at IS NULL AND EXISTS (
       SELECT FROM store_share k WHERE k.revoked_at IS NULL AND k.with_user_id IS NOT DISTINCT FROM s.with_user_id
         AND k.with_case_id IS NOT DISTINCT FROM s.with_case_id AND (k.thread_id = t.kept OR (k.id < s.id AND k.thread_id <> t.other
           AND k.thread_id IN (SELECT o.other FROM json_to_recordset(%s) AS o (other bigint, kept bigint) WHERE o.kept = t.kept))))""",
    "UPDATE store_share s SET thread_id = t.kept {pairs} WHERE s.thread_id = t.other",
    """UPDATE store_follow w SET ended_at = now() {pairs} WHERE w.thread_id = t.other AND w.ended_at IS NULL AND EXISTS (
       SELECT FROM store_follow k WHERE k.ended_at IS NULL AND k.case_id = w.case_id AND (k.thread_id = t.kept OR (k.id < w.id
         AND k.thread_id <> t.other
         AND k.thread_id IN (SELECT o.other FROM json_to_recordset(%s) AS o (other bigint, kept bigint) WHERE o.kept = t.kept))))""",
    "UPDATE store_follow w SET thread_id = t.kept {pairs} WHERE w.thread_id = t.other",
    """UPDATE store_thread k SET newest_at = greatest(k.newest_at, o.newest_at) {pairs}, store_thread o
       WHERE k.id = t.kept AND o.id = t.other""",
    "DELETE FROM store_thread s USING json_to_recordset(%s) AS t (other bigint) WHERE s.id = t.other",
)


def _merge(merged: Mapping[int, int]) -> None:
    if not merged:
        return
    rows = _json([{"other": other, "kept": kept} for other, kept in merged.items()])
    for statement in MERGE:
        whole = statement.format(pairs="FROM json_to_recordset(%s) AS t (other bigint, kept bigint)")
        execute(whole, [rows] * whole.count("%s"))


def _link(owner_id: int, links: Mapping[str, int]) -> None:
    rows = [{"message_id": name, "thread_id": thread} for name, thread in links.items()]
    execute(
        "INSERT INTO store_threadlink (owner_id, message_id, thread_id) SELECT %s, message_id, thread_id"
        " FROM json_to_recordset(%s) AS t (message_id text, thread_id bigint) ON CONFLICT (owner_id, message_id) DO NOTHING",
        [owner_id, _json(rows)],
    )


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False, default=datetime.isoformat)
