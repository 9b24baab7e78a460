"""One message and everything that was made of it, out of the tables. In the owner's transaction, under `reading.lock_threads`.

What hangs on the message by a foreign key goes with it: text, terms, passages, texts of its files, parts, placements, references, grants,
shares, comments, filings that were taken back. What is here is the rest.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from teczka.core.acts import OPEN
from teczka.core.outgoing import UNSETTLED
from teczka.store import compaction, erased
from teczka.store.packs.format import Codec, Entry
from teczka.store.statements import execute, row_of, rows_of, value_of

LOCK = """
SELECT m.id, m.public_id, m.account_id, m.thread_id, m.message_id, m.pack_id, m.pack_offset, m.pack_length, m.pack_codec, m.size, m.sha256
FROM store_message m WHERE m.owner_id = %s AND m.public_id = %s FOR UPDATE SKIP LOCKED
"""

UNDER_WAY = """
SELECT EXISTS (SELECT FROM store_operation o WHERE o.message_id = %(id)s AND o.state = ANY(%(open)s))
  OR EXISTS (SELECT FROM store_outgoing o WHERE o.owner_id = %(owner)s AND o.state = ANY(%(unsettled)s)
    AND ((o.message_id = %(name)s AND o.message_id <> '') OR o.pack_id = %(pack)s))
"""

# Our own copy of what was sent, or the draft that it was: the same letter. Tells their packs. A Message-ID alone anybody can have put
# there who ever got a letter with it.
LETTERS = """
WITH letters AS (SELECT id, pack_id FROM store_outgoing
  WHERE owner_id = %(owner)s AND (pack_id = %(pack)s OR (message_id = %(name)s AND message_id <> ''
    AND lower(from_address) = (SELECT lower(m.from_address) FROM store_message m WHERE m.id = %(id)s)))),
files AS (DELETE FROM store_enclosure WHERE outgoing_id IN (SELECT id FROM letters) OR message_id = %(id)s RETURNING pack_id),
gone AS (DELETE FROM store_outgoing o USING letters l WHERE o.id = l.id)
SELECT pack_id FROM letters UNION SELECT pack_id FROM files
"""
STILL_USED = """
SELECT pack_id FROM store_enclosure WHERE pack_id = ANY(%(packs)s) UNION SELECT pack_id FROM store_outgoing WHERE pack_id = ANY(%(packs)s)
UNION SELECT pack_id FROM store_message WHERE pack_id = ANY(%(packs)s)
"""

UNPLACE = """
WITH gone AS (DELETE FROM store_placement WHERE message_id = %s RETURNING folder_id, seen, gone_at),
counted AS (SELECT folder_id, count(*) AS held, count(*) FILTER (WHERE NOT seen) AS unread FROM gone WHERE gone_at IS NULL GROUP BY 1)
UPDATE store_folder f SET stored = stored - c.held, unread = f.unread - c.unread FROM counted c WHERE f.id = c.folder_id
"""

# Whom its account met by it alone, it never met. Counted as in store/correspondents.py; what is counted too often goes a little early.
UNMEET = (
    """
WITH people AS (
  SELECT DISTINCT lower(person->>1) AS address, line = 'from' AS wrote FROM store_text t,
    unnest('{from,to,cc,bcc}'::text[]) AS line, jsonb_array_elements(coalesce(t.headers->line, '[]')) AS person WHERE t.message_id = %(id)s)
UPDATE store_correspondent c SET received_count = greatest(0, received_count - CASE WHEN p.wrote THEN 1 ELSE 0 END),
  sent_count = greatest(0, sent_count - CASE WHEN p.wrote THEN 0 ELSE 1 END)
FROM people p WHERE c.account_id = %(account)s AND c.address = p.address""",
    "DELETE FROM store_correspondent WHERE account_id = %(account)s AND sent_count = 0 AND received_count = 0",
)

# The subject of a conversation is its oldest message's.
THREAD = (
    """DELETE FROM store_threadlink l WHERE l.owner_id = %(owner)s AND l.message_id = %(name)s
  AND NOT EXISTS (SELECT FROM store_message m WHERE m.owner_id = l.owner_id AND m.message_id = l.message_id)""",
    "DELETE FROM store_thread t WHERE id = %(thread)s AND NOT EXISTS (SELECT FROM store_message m WHERE m.thread_id = t.id)",
    """UPDATE store_thread t SET newest_at = (SELECT max(internaldate) FROM store_message m WHERE m.thread_id = t.id),
  subject = (SELECT coalesce(m.subject, '') FROM store_message m WHERE m.thread_id = t.id ORDER BY internaldate, id LIMIT 1)
WHERE id = %(thread)s""",
)


@dataclass(frozen=True, slots=True)
class Doomed:
    id: int
    public_id: UUID
    account_id: int
    thread_id: int | None
    message_id: str
    pack: UUID
    entry: Entry


def lock(owner_id: int, public_id: UUID) -> Doomed | None:
    """None while somebody is reading it: under the threads' lock nobody waits for a reader, who may be waiting for that."""
    row = row_of(LOCK, [owner_id, public_id])
    if row is None:
        return None
    id_, public_id, account, thread, name, pack, offset, length, codec, size, digest = row
    return Doomed(id_, public_id, account, thread, name, pack, Entry(offset, length, Codec(codec), size, bytes(digest)))


def is_filed(message_id: int) -> bool:
    """By whomever, to a case that its owner may know of, or not."""
    return bool(value_of("SELECT teczka_is_filed(%s)", [message_id]))


def is_under_way(owner_id: int, doomed: Doomed) -> bool:
    """Its server is still to be told of something, or it is a letter that is on its way."""
    columns = _columns(owner_id, doomed) | {"open": list(OPEN), "unsettled": list(UNSETTLED)}
    return bool(value_of(UNDER_WAY, columns))


def erase(owner_id: int, doomed: Doomed) -> list[UUID]:
    """Of every table. Returns the packs that have something dead in them now, its own among them; in the others nothing lives."""
    columns = _columns(owner_id, doomed)
    erased.bury(doomed.id)
    beside = {pack for (pack,) in rows_of(LETTERS, columns) if pack}
    execute(UNPLACE, [doomed.id])
    for statement in UNMEET:
        execute(statement, columns)
    execute("DELETE FROM store_message WHERE id = %s", [doomed.id])
    for statement in THREAD:
        execute(statement, columns)
    beside -= {pack for (pack,) in rows_of(STILL_USED, {"packs": list(beside)})}
    compaction.bury(doomed.pack, doomed.entry)
    compaction.retire(sorted(beside))
    return [doomed.pack, *sorted(beside - {doomed.pack})]


def _columns(owner_id: int, doomed: Doomed) -> dict[str, Any]:
    return {
        "owner": owner_id,
        "id": doomed.id,
        "account": doomed.account_id,
        "thread": doomed.thread_id,
        "name": doomed.message_id,
        "pack": doomed.pack,
    }
