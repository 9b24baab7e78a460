"""The tables' side of extracting attached files' text: what waits, and what came out. In the owner's transaction, but for `claim`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from teczka.core.extraction import MOST_BYTES, MOST_SIGNS, kind
from teczka.core.identifiers import Place, Reference
from teczka.mime.content import decode_chunks
from teczka.mime.parts import Part
from teczka.store.packs.blobs import Blobs
from teczka.store.packs.format import Codec, Entry
from teczka.store.packs.reader import read, read_range
from teczka.store.statements import execute, row_of, rows_of, value_of

ENQUEUE = """
INSERT INTO store_attachmenttext
  (office_id, owner_id, message_id, path, "offset", length, internaldate, text, trouble, extracted_with, tries)
SELECT m.office_id, m.owner_id, m.id, t.path, t."offset", t.length, m.internaldate, '', '', NULL, 0
FROM json_to_recordset(%s) AS t (message_id bigint, path text, "offset" bigint, length bigint)
JOIN store_message m ON m.id = t.message_id
ON CONFLICT (message_id, path) DO NOTHING
"""
# A newer parser may have found other parts; what is still the same bytes is not extracted again.
FORGET = """
DELETE FROM store_attachmenttext a WHERE a.message_id = ANY(%s) AND NOT EXISTS (
  SELECT FROM json_to_recordset(%s) AS t (message_id bigint, path text, "offset" bigint, length bigint)
  WHERE (t.message_id, t.path, t."offset", t.length) = (a.message_id, a.path, a."offset", a.length))
"""
WAITING = """
SELECT a.id, a.tries, p.path, p.content_type, p.charset, p.encoding, p.name, p."offset", p.length, p.size,
  m.pack_id, m.pack_offset, m.pack_length, m.pack_codec, m.size, m.sha256
FROM store_attachmenttext a JOIN store_message m ON m.id = a.message_id
JOIN store_part p ON (p.message_id, p.path, p."offset", p.length) = (a.message_id, a.path, a."offset", a.length)
WHERE a.message_id = %s AND a.extracted_with IS NULL ORDER BY p."offset"
"""
LETTER = """
SELECT m.indexed_with, coalesce(m.subject, ''), t.headers, t.text,
  ARRAY(SELECT p.name FROM store_part p WHERE p.message_id = m.id AND p.kind = 'attachment' ORDER BY p."offset"),
  ARRAY(SELECT ARRAY[r.place, r.repertory, r.number, r.year::text, r.division, r.court, r.suffix] FROM store_messagereference r
    WHERE r.message_id = m.id ORDER BY r.position),
  o.number_patterns
FROM store_message m JOIN store_text t ON t.message_id = m.id JOIN store_office o ON o.id = m.office_id WHERE m.id = %s
"""
ATTACHED = """
SELECT a.message_id, a.path, left(a.text, greatest(0, %s - a.before)::integer) FROM (
  SELECT message_id, path, "offset", text, coalesce(sum(length(text)) OVER (PARTITION BY message_id ORDER BY "offset"
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
  FROM store_attachmenttext WHERE message_id = ANY(%s)) a ORDER BY a.message_id, a."offset"
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An attachment without its text."""

    id: int
    tries: int  # that did not end
    part: Part
    pack: UUID
    entry: Entry


@dataclass(frozen=True, slots=True)
class Letter:
    """What a message's terms are made of."""

    indexed_with: int | None
    subject: str
    headers: dict[str, list[list[str]]]  # people as [name, address]
    text: str
    names: list[str]
    mentions: list[tuple[Place, Reference]]
    attached: dict[str, str]  # path → text, "" before it is extracted
    own: list[str]  # the office's patterns of its file numbers


def enqueue(rows: Sequence[Mapping[str, Any]], again: Sequence[int]) -> None:
    """`rows`: parts of messages that were just read, as columns of Part with message_id; `again`: those that were read before."""
    worth = [
        {key: row[key] for key in ("message_id", "path", "offset", "length")}
        for row in rows
        if row["kind"] == "attachment"
        and row["length"]
        and row["size"] <= MOST_BYTES
        and kind(row["content_type"], row["name"])
    ]
    told = json.dumps(worth, ensure_ascii=False)
    if again:
        execute(FORGET, [list(again), told])
    if worth:
        execute(ENQUEUE, [told])


def claim() -> tuple[int, int] | None:
    """(message, owner): the newest whose attachments wait; nobody else has it in hand until `let_go`. None: nothing waits, or mail that
    was never read goes first."""
    with transaction.atomic():
        row = row_of("SELECT * FROM teczka_claim_attachments()")
    return (row[0], row[1]) if row else None


def let_go(message_id: int) -> None:
    execute("SELECT pg_advisory_unlock(-%s)", [message_id])


def waiting(message_id: int) -> list[Waiting]:
    return [_waiting(*row) for row in rows_of(WAITING, [message_id])]


def begin(ids: Sequence[int]) -> None:
    """A try that does not end leaves its mark: to be committed before it begins."""
    execute("UPDATE store_attachmenttext SET tries = tries + 1 WHERE id = ANY(%s)", [list(ids)])


def give_back(ids: Sequence[int]) -> None:
    """Begun, and not ended for a reason that is not theirs."""
    execute("UPDATE store_attachmenttext SET tries = tries - 1 WHERE id = ANY(%s) AND tries > 0", [list(ids)])


def save(id_: int, text: str, trouble: str, version: int) -> None:
    execute(
        "UPDATE store_attachmenttext SET text = %s, trouble = %s, extracted_with = %s, tries = 0 WHERE id = %s",
        [text, trouble, version, id_],
    )


def letter(message_id: int) -> Letter | None:
    """None where the message has gone, or was never read to its end."""
    row = row_of(LETTER, [message_id])
    if row is None:
        return None
    indexed_with, subject, headers, text, names, references, own = row
    mentions = [
        (Place(place), Reference(repertory, number, int(year), division, court, suffix))
        for place, repertory, number, year, division, court, suffix in references
    ]
    attached = _attached([message_id]).get(message_id, {})
    return Letter(indexed_with, subject, json.loads(headers), text, names, mentions, attached, own)


def lose(message_id: int, version: int) -> None:
    """Attachments that are no part of the message."""
    execute(
        "UPDATE store_attachmenttext SET trouble = 'lost', extracted_with = %s WHERE message_id = %s AND extracted_with IS NULL",
        [version, message_id],
    )


def lock(message_id: int) -> None:
    """Nobody reads the message until the transaction ends."""
    execute("SELECT FROM store_message WHERE id = %s FOR NO KEY UPDATE", [message_id])


def attached(message_ids: Sequence[int]) -> dict[int, list[str]]:
    """The texts of messages that are read again, in the order of their parts."""
    found = _attached(message_ids) if message_ids else {}
    return {message: [text for text in texts.values() if text] for message, texts in found.items()}


def _attached(message_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Message → path → text; of each message no more than is searched."""
    found: dict[int, dict[str, str]] = {}
    for message_id, path, text in rows_of(ATTACHED, [MOST_SIGNS, list(message_ids)]):
        found.setdefault(message_id, {})[path] = text
    return found


def pieces(blobs: Blobs, waiting: Waiting) -> Iterator[bytes]:
    """The file's decoded bytes. Raises PackDamaged; FileNotFoundError without the pack."""
    if waiting.entry.codec is Codec.ZSTD:
        whole = read(blobs, waiting.pack, waiting.entry)
        return decode_chunks(lambda offset, length: whole[offset : offset + length], waiting.part)
    return decode_chunks(
        lambda offset, length: read_range(blobs, waiting.pack, waiting.entry, offset, length), waiting.part
    )


def again(version: int, most: int) -> int:
    """Puts back into the queue what an older version extracted. Returns how many; 0: all are up to date."""
    return int(value_of("SELECT teczka_extract_again(%s, %s)", [version, most]))


def _waiting(
    id_: int, tries: int, path: str, content_type: str, charset: str, encoding: str, name: str, *place: Any
) -> Waiting:
    at, length, decoded, pack, offset, stored, codec, size, digest = place
    part = Part(path, content_type, at, length, charset, name, encoding=encoding, size=decoded)
    return Waiting(id_, tries, part, pack, Entry(offset, stored, Codec(codec), size, bytes(digest)))
