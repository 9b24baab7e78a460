"""The tables' side of transaction B: what waits to be read, and what reading yielded. In the owner's transaction, but for `claim`."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from mmap import ACCESS_READ, mmap
from typing import Any
from uuid import UUID

from django.db import transaction

from teczka.store import extraction
from teczka.store.columns import Row, arrays, unnested
from teczka.store.connections import put
from teczka.store.headline import Headline
from teczka.store.packs.blobs import Blobs
from teczka.store.packs.format import Codec, Entry
from teczka.store.packs.reader import STRIDE, mapped
from teczka.store.statements import execute, rows_of, value_of
from teczka.store.terms import save_terms

HELD_BYTES = 64_000_000  # up to here a message is read in memory
OWNERS_THREADS = 3  # first key of the advisory lock under which an owner's threads are joined


@dataclass(frozen=True, slots=True)
class Claim:
    message_id: int
    owner_id: int
    tries: int  # this one among them
    again: bool  # it was read before, by an older version


@dataclass(frozen=True, slots=True)
class Unread:
    """A message to read, locked until the transaction ends."""

    id: int
    public_id: UUID
    office_id: int
    account_id: int
    internaldate: datetime
    thread_id: int | None
    imported: bool  # it came out of a file: old, and no news
    pack: UUID
    entry: Entry


@dataclass(frozen=True, slots=True)
class Read:
    """What reading a message yielded, ready for its rows."""

    message: Unread
    headline: Headline
    snippet: str
    attachments: int
    defects: list[str]
    parts: list[dict[str, Any]]  # columns of Part
    text: dict[str, Any]  # columns of Text
    references: list[dict[str, Any]]  # columns of MessageReference
    terms: list[str]  # tsvector literals: language/vectors.py
    ids: list[str]  # its own Message-ID and those that it refers to
    case: UUID | None = None  # whose header it bears (store/case_header.py)
    known: bool = False  # and its sender is among that letter's people


def settle_later() -> None:
    """This connection's commits wait for no disk (ADR 0044): what a crash of the machine or of PostgreSQL takes back waits to be read
    again, with all that reading it did. And words are sorted in with the memory that this takes (migration 0012)."""
    execute("SET synchronous_commit = off; SET work_mem = '64MB'")


def claim(most: int) -> list[Claim]:
    """Newest first, of all owners; nobody else has them in hand until `let_go`. The tries are committed at once, and to the disk: a message
    that kills its reader, or PostgreSQL, leaves its mark."""
    with transaction.atomic():
        execute("SET LOCAL synchronous_commit = on")
        return [Claim(*row) for row in rows_of("SELECT * FROM teczka_claim_unread(%s)", [most])]


def let_go(claims: Sequence[Claim]) -> None:
    execute("SELECT pg_advisory_unlock(id) FROM unnest(%s::bigint[]) id", [[claim.message_id for claim in claims]])


def give_back(message_ids: Sequence[int]) -> None:
    """Claimed, but not begun. Not those that another reader holds: it will have read them, and waiting for it could be for each other."""
    execute(
        "UPDATE store_message SET reading_tries = reading_tries - 1 WHERE id IN (SELECT id FROM store_message WHERE id = ANY(%s)"
        " AND indexed_with IS NULL AND reading_tries > 0 FOR UPDATE SKIP LOCKED)",
        [list(message_ids)],
    )


@contextmanager
def in_hand(message_id: int) -> Iterator[bool]:
    """Whether nobody else has it in hand; PostgreSQL lets go of it with a reader that is killed. Whoever counts a try holds this, or
    several readers at once would pass for one that was killed several times."""
    if not value_of("SELECT pg_try_advisory_lock(%s)", [message_id]):
        yield False
        return
    try:
        yield True
    finally:
        execute("SELECT pg_advisory_unlock(%s)", [message_id])


def begin(message_id: int) -> int:
    """Count one more reading as begun. Returns how many there were; 0 where it is read, or another reader is at it."""
    tries = value_of(
        "UPDATE store_message SET reading_tries = reading_tries + 1 WHERE id = (SELECT id FROM store_message WHERE id = %s"
        " AND indexed_with IS NULL FOR UPDATE SKIP LOCKED) RETURNING reading_tries",
        [message_id],
    )
    return int(tries or 0)


def reread(version: int, most: int) -> int:
    return int(value_of("SELECT teczka_reread(%s, %s)", [version, most]))


def lock_unread(message_ids: Sequence[int]) -> list[Unread]:
    """Those of them that still wait and that no other reader holds."""
    rows = rows_of(
        "SELECT id, public_id, office_id, account_id, internaldate, thread_id,"
        " EXISTS (SELECT FROM store_account a WHERE a.id = account_id AND a.protocol = 'archive'),"
        " pack_id, pack_offset, pack_length, pack_codec, size, sha256 FROM store_message"
        " WHERE id = ANY(%s) AND indexed_with IS NULL ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
        [list(message_ids)],
    )
    return [_unread(*row) for row in rows]


def _unread(
    id_: int,
    public_id: UUID,
    office_id: int,
    account_id: int,
    internaldate: datetime,
    thread_id: int | None,
    imported: bool,
    pack: UUID,
    *place: Any,
) -> Unread:
    offset, length, codec, size, digest = place
    entry = Entry(offset, length, Codec(codec), size, bytes(digest))
    return Unread(id_, public_id, office_id, account_id, internaldate, thread_id, imported, pack, entry)


def number_patterns(office_id: int) -> list[str]:
    """The office's patterns of its own file numbers, which do not change until the transaction ends: nothing is read with old ones after
    the mail was looked through for new ones (actions/numbering.py)."""
    return list(value_of("SELECT number_patterns FROM store_office WHERE id = %s FOR SHARE", [office_id]) or ())


def lock_threads(owner_id: int) -> None:
    """One reader at a time joins an owner's threads, so that two never split one."""
    execute("SELECT pg_advisory_xact_lock(%s, %s::integer)", [OWNERS_THREADS, owner_id])


@contextmanager
def raw(blobs: Blobs, message: Unread) -> Iterator[bytes | mmap]:
    """The message's bytes; a gigabyte as a map of an unnamed copy, not in memory."""
    with mapped(blobs, message.pack, message.entry) as view:
        if len(view) <= HELD_BYTES:
            yield bytes(view)
            return
        with tempfile.TemporaryFile(dir=blobs.incoming) as copy:
            for offset in range(0, len(view), STRIDE):
                copy.write(view[offset : offset + STRIDE])
            copy.flush()
            with mmap(copy.fileno(), 0, access=ACCESS_READ) as whole:
                yield whole


PART = {
    "message_id": "bigint", "path": "text", "kind": "text", "content_type": "text", "charset": "text", "encoding": "text", "name": "text",
    "content_id": "text", "at": "bigint", "length": "bigint", "size": "bigint",
}  # fmt: skip
PARTS = """
INSERT INTO store_part (message_id, owner_id, path, kind, content_type, charset, encoding, name, content_id, "offset", length, size)
SELECT message_id, %(owner)s, path, kind, content_type, charset, encoding, name, content_id, at, length, size FROM {rows}
ON CONFLICT (message_id, path) DO NOTHING
"""

TEXT = {
    "message_id": "bigint", "headers": "jsonb", "text": "text", "html": "text", "blocked_images": "integer", "blocked_hosts": "json",
}  # fmt: skip
TEXTS = """
INSERT INTO store_text (message_id, owner_id, headers, text, html, blocked_images, blocked_hosts)
SELECT message_id, %(owner)s, headers, text, html, blocked_images, ARRAY(SELECT json_array_elements_text(blocked_hosts))
FROM {rows}
ON CONFLICT (message_id) DO UPDATE SET headers = excluded.headers, text = excluded.text, html = excluded.html,
  blocked_images = excluded.blocked_images, blocked_hosts = excluded.blocked_hosts
"""

REFERENCE = {
    "message_id": "bigint", "place": "text", "position": "smallint", "written": "text", "repertory": "text", "number": "text",
    "year": "smallint", "division": "text", "court": "text", "suffix": "text",
}  # fmt: skip
REFERENCES = """
INSERT INTO store_messagereference
  (message_id, owner_id, office_id, place, position, written, repertory, number, year, division, court, suffix)
SELECT message_id, %(owner)s, %(office)s, place, position, written, repertory, number, year, division, court, suffix FROM {rows}
"""

MESSAGE = {
    "id": "bigint", "subject": "text", "from_name": "text", "from_address": "text", "to_line": "text", "sent_at": "timestamptz",
    "message_id": "text", "snippet": "text", "attachments": "smallint", "thread_id": "bigint", "defects": "json",
}  # fmt: skip
MESSAGES = """
UPDATE store_message m SET subject = r.subject, from_name = r.from_name, from_address = r.from_address, to_line = r.to_line,
  sent_at = r.sent_at, message_id = r.message_id, snippet = r.snippet, attachments = r.attachments, thread_id = r.thread_id,
  defects = ARRAY(SELECT json_array_elements_text(r.defects)), indexed_with = %(version)s, reading_tries = 0
FROM {rows} WHERE m.id = r.id AND m.id = ANY(%(id)s::bigint[])
"""


def save(owner_id: int, read: Sequence[Read], threads: dict[int, int], version: int) -> None:
    """`threads`: message id → thread id."""
    again = [one.message.id for one in read if one.message.thread_id is not None]
    if again:  # what an older version made of it must not stay beside the new
        execute("DELETE FROM store_part WHERE message_id = ANY(%s)", [again])
        execute("DELETE FROM store_messagereference WHERE message_id = ANY(%s)", [again])
    parts = [{"message_id": one.message.id, **part} for one in read for part in one.parts]
    _put(PARTS, PART, [{**part, "at": part["offset"]} for part in parts], owner=owner_id)
    extraction.enqueue(parts, again)
    texts = [
        {
            **one.text,
            "message_id": one.message.id,
            "headers": _json(one.text["headers"]),
            "blocked_hosts": _json(one.text["blocked_hosts"]),
        }
        for one in read
    ]
    _put(TEXTS, TEXT, texts, owner=owner_id)
    references = [
        {"message_id": one.message.id, **row, "place": str(row["place"])} for one in read for row in one.references
    ]
    _put(REFERENCES, REFERENCE, references, owner=owner_id, office=read[0].message.office_id)
    rows = [
        {
            "id": one.message.id,
            **one.headline._asdict(),
            "snippet": one.snippet,
            "attachments": min(one.attachments, 32_767),
            "thread_id": threads[one.message.id],
            "defects": _json(one.defects),
        }
        for one in read
    ]
    _put(MESSAGES, MESSAGE, rows, version=version)
    save_terms(owner_id, {one.message.id: one.terms for one in read})


def save_unreadable(message_id: int, version: int) -> None:
    """Stored, listed and downloadable, but no reading came to its end."""
    execute(
        "UPDATE store_message SET subject = coalesce(subject, ''), defects = '{unreadable}', indexed_with = %s"
        " WHERE id = %s AND indexed_with IS NULL",
        [version, message_id],
    )


def places(message_ids: Sequence[int]) -> list[tuple[UUID, UUID, UUID]]:
    """Public ids of owner, account and folder where these messages lie: who is to be told."""
    return rows_of(
        # Message by message: a fresh table has no statistics yet, and then PostgreSQL would walk through whole folders.
        "SELECT u.public_id, a.public_id, f.public_id FROM (SELECT DISTINCT p.folder_id FROM unnest(%s::bigint[]) m (id) CROSS JOIN"
        " LATERAL (SELECT folder_id, gone_at FROM store_placement WHERE message_id = m.id OFFSET 0) p WHERE p.gone_at IS NULL) told"
        " JOIN store_folder f ON f.id = told.folder_id JOIN store_account a ON a.id = f.account_id"
        " JOIN store_user u ON u.id = a.owner_id",
        [list(message_ids)],
    )


def _put(statement: str, types: Mapping[str, str], rows: Sequence[Row], **others: int) -> None:
    if rows:
        put(statement.format(rows=unnested(types)), {**arrays(types, rows), **others})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
