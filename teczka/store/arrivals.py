"""Transaction A: raw bytes become durable in a pack, then their rows are committed together.

All rows of a batch go in by one statement, planned once a connection, from one array a column: measured against one JSON parameter and a
plan for each batch, two thirds of the database's work and half of ours. (COPY is refused on tables with row-level security.)
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from teczka.core.folders import DROP
from teczka.core.mail import RemoteMessage
from teczka.core.messages import NOTHING_LOOSE, Loose
from teczka.store import erased
from teczka.store.columns import array, arrays, unnested
from teczka.store.connections import prepared
from teczka.store.headline import headline_of
from teczka.store.models import Account
from teczka.store.overlay import hidden, untold
from teczka.store.packs.blobs import Blobs
from teczka.store.packs.format import HEADER_BYTES, Entry, key
from teczka.store.packs.spool import SpoolFile
from teczka.store.packs.writer import write_pack
from teczka.store.placements import flag_columns, flags_of, hold
from teczka.store.statements import rows_of, value_of

Identity = tuple[bytes, int]  # SHA-256 and length of the raw bytes

# What a batch tells of a message. Only a new one has a pack; a headline where the server told its ENVELOPE; the last three with POP3.
ROW = {
    "uid": "bigint", "sha256": "bytea", "size": "bigint", "internaldate": "timestamptz",
    "seen": "boolean", "flagged": "boolean", "answered": "boolean", "draft": "boolean", "keywords": "text",
    "pack": "uuid", "pack_offset": "bigint", "pack_length": "bigint", "codec": "smallint",
    "subject": "text", "from_name": "text", "from_address": "text", "to_line": "text", "sent_at": "timestamptz", "message_id": "text",
    "uidl": "bytea", "listed_size": "bigint", "head": "bytea",
}  # fmt: skip

# A row with a pack is a new message, unless the batch before brought the same bytes; one without is known, or the same bytes as another of
# the batch. What this statement inserts it does not see as there before, so nothing is there twice. A pack that is there already holds what
# was sent from here (store/sent.py). A placement that was marked gone by mistake comes back; a server restored from a backup gives a UID
# that is gone to another message (which RFC 3501 §2.3.1.1 forbids), and then what lies there now is shown.
ARRIVE = """
WITH batch AS MATERIALIZED (SELECT * FROM {batch}),
arrived AS (
  INSERT INTO store_message (public_id, office_id, owner_id, account_id, sha256, size, pack_id, pack_offset, pack_length, pack_codec,
    internaldate, subject, from_name, from_address, to_line, sent_at, message_id, snippet, attachments, defects, reading_tries)
  SELECT gen_random_uuid(), %(office)s, %(owner)s, %(account)s, sha256, size, pack, pack_offset, pack_length, codec, internaldate,
    subject, coalesce(from_name, ''), coalesce(from_address, ''), coalesce(to_line, ''), sent_at, coalesce(message_id, ''), '', 0, '{{}}', 0
  FROM batch WHERE pack IS NOT NULL
  ON CONFLICT (account_id, sha256, size) DO NOTHING
  RETURNING id, sha256, size),
packed AS (
  INSERT INTO store_pack (id, office_id, owner_id, account_id, size, dead, created_at)
  SELECT pack, %(office)s, %(owner)s, %(account)s, max(pack_offset + pack_length) + %(header)s,
    sum(CASE WHEN (sha256, size) IN (SELECT sha256, size FROM arrived) THEN 0 ELSE pack_length + %(header)s END), now()
  FROM batch WHERE pack IS NOT NULL GROUP BY pack ON CONFLICT (id) DO NOTHING),
there AS (
  SELECT id, sha256, size FROM arrived UNION ALL
  SELECT known.id, b.sha256, b.size FROM (SELECT sha256, size FROM batch EXCEPT SELECT sha256, size FROM arrived) b CROSS JOIN LATERAL
    (SELECT id FROM store_message m WHERE m.account_id = %(account)s AND m.sha256 = b.sha256 AND m.size = b.size LIMIT 1) known),
placed AS (
  INSERT INTO store_placement AS p
    (office_id, owner_id, folder_id, message_id, uidvalidity, uid, internaldate, seen, flagged, answered, draft, keywords,
    uidl, listed_size, head)
  SELECT %(office)s, %(owner)s, %(folder)s, there.id, %(uidvalidity)s, b.uid, b.internaldate, b.seen, b.flagged, b.answered, b.draft,
    string_to_array(b.keywords, ' '), b.uidl, b.listed_size, b.head
  FROM batch b JOIN there USING (sha256, size)
  ON CONFLICT (folder_id, uidvalidity, uid) DO UPDATE SET gone_at = NULL, message_id = excluded.message_id,
    internaldate = excluded.internaldate, seen = excluded.seen, flagged = excluded.flagged, answered = excluded.answered,
    draft = excluded.draft, keywords = excluded.keywords
  WHERE p.gone_at IS NOT NULL AND NOT {is_hidden}
  RETURNING seen),
forgotten AS (
  DELETE FROM store_fetchtrouble
  WHERE folder_id = %(folder)s AND uidvalidity = %(uidvalidity)s AND uid IN (SELECT uid FROM batch))
UPDATE store_folder SET stored = stored + (SELECT count(*) FROM placed),
  unread = unread + (SELECT count(*) FROM placed WHERE NOT seen)
WHERE id = %(folder)s RETURNING (SELECT count(*) FROM placed)
"""


# The same bytes lie in the folder already, under another UIDVALIDITY, or as what left or may have left a POP3 server: that placement
# becomes the new one, so that no list shows a message twice meanwhile. POP3 tells no flags: what people marked here stays. So is known
# again what an operation put there (core.folders.AWAITED), once it has been said; what another hides stays hidden.
TAKE = """
WITH fresh AS (
  SELECT r.*, m.id AS message_id, row_number() OVER (PARTITION BY m.id ORDER BY r.uid) AS nth
  FROM json_to_recordset(%(rows)s) AS r (sha256 bytea, size bigint, internaldate timestamptz, uid bigint,
    seen boolean, flagged boolean, answered boolean, draft boolean, keywords text, uidl bytea, listed_size bigint, head bytea)
  JOIN store_message m ON m.account_id = %(account)s AND m.sha256 = r.sha256 AND m.size = r.size
  WHERE NOT EXISTS (SELECT FROM store_placement p WHERE p.folder_id = %(folder)s AND p.uidvalidity = %(uidvalidity)s AND p.uid = r.uid)),
free AS (
  SELECT p.id, p.seen AS was_seen, p.message_id, row_number() OVER (PARTITION BY p.message_id ORDER BY p.left_at NULLS FIRST, p.id) AS nth
  FROM store_placement p WHERE p.folder_id = %(folder)s AND (p.gone_at IS NULL OR {is_hidden})
    AND p.message_id IN (SELECT message_id FROM fresh) AND NOT {is_untold}
    AND (p.uidvalidity <> %(uidvalidity)s OR p.left_at IS NOT NULL OR (p.id = ANY(%(loose)s) AND p.uid < %(below)s))),
taken AS (
  UPDATE store_placement p SET uidvalidity = %(uidvalidity)s, uid = f.uid, left_at = NULL,
    uidl = f.uidl, listed_size = f.listed_size, head = f.head,
    internaldate = CASE WHEN %(ours)s THEN p.internaldate ELSE f.internaldate END,
    seen = CASE WHEN %(ours)s THEN p.seen ELSE f.seen END,
    flagged = CASE WHEN %(ours)s THEN p.flagged ELSE f.flagged END,
    answered = CASE WHEN %(ours)s THEN p.answered ELSE f.answered END,
    draft = CASE WHEN %(ours)s THEN p.draft ELSE f.draft END,
    keywords = CASE WHEN %(ours)s THEN p.keywords ELSE string_to_array(f.keywords, ' ') END
  FROM fresh f JOIN free USING (message_id, nth) WHERE p.id = free.id RETURNING p.seen, free.was_seen, p.gone_at)
UPDATE store_folder SET unread = unread + (SELECT count(*) FILTER (WHERE was_seen AND NOT seen)
  - count(*) FILTER (WHERE seen AND NOT was_seen) FROM taken WHERE gone_at IS NULL)
WHERE id = %(folder)s RETURNING (SELECT count(*) FROM taken)
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A batch whose bytes are durable: nothing of a message is left in memory but what its rows need. `erased`: of what its owner erased
    here, whose bytes were not kept."""

    rows: list[dict[str, Any]]
    erased: list[dict[str, Any]] = field(default_factory=list)

    @property
    def uids(self) -> list[int]:
        return [row["uid"] for row in self.rows]


def keep(account: Account, blobs: Blobs, batch: Sequence[RemoteMessage]) -> Arrival:
    """Put the bytes of what the account does not have yet into a pack. As the owner; UIDs differ. Spools of the batch are finished."""
    spooled = {at: _finish(message.body) for at, message in enumerate(batch) if isinstance(message.body, SpoolFile)}
    identities = [
        (spooled[at][1].sha256, spooled[at][1].raw_length) if at in spooled else _identity(message)
        for at, message in enumerate(batch)
    ]
    if account.is_archive:  # no server shows it again: whoever brings a file asks for what lies in it
        erased.ask_again(account.pk, identities)
    new, gone = _unknown(account.pk, identities)
    for at in spooled.keys() - new:
        blobs.delete(key(spooled[at][0]))  # nobody knows of it yet
    packed = {at: spooled[at] for at in new if at in spooled}
    held = [at for at in new if at not in spooled]
    if held:
        pack = write_pack(blobs, [_body(batch[at]) for at in held], [identities[at][0] for at in held])
        packed |= {at: (pack.id, entry) for at, entry in zip(held, pack.entries, strict=True)}
    arrival = Arrival([])
    for at, message in enumerate(batch):
        rows = arrival.erased if identities[at] in gone else arrival.rows
        rows.append(_row(message, identities[at], packed.get(at)))
    return arrival


def discard(blobs: Blobs, arrival: Arrival) -> None:
    """Bytes that no row will ever know."""
    for pack in {row["pack"] for row in arrival.rows if "pack" in row}:
        blobs.delete(key(pack))


def arrive(account: Account, folder_id: int, uidvalidity: int, arrival: Arrival, loose: Loose = NOTHING_LOOSE) -> int:
    """Within the owner's transaction. When it commits everything is there, and the bytes were durable before. Returns how many placements
    are new."""
    if arrival.erased:
        erased.meet(account.pk, folder_id, uidvalidity, as_json(arrival.erased))
    known = [row for row in arrival.rows if "pack" not in row]
    taken = _take(account, folder_id, uidvalidity, known, loose) if known else 0
    columns: dict[str, Any] = {
        "office": account.office_id,
        "owner": account.owner_id,
        "account": account.pk,
        "folder": folder_id,
        "uidvalidity": uidvalidity,
        "header": HEADER_BYTES,
        **arrays(ROW, arrival.rows),
    }
    count = prepared(ARRIVE.format(batch=unnested(ROW), is_hidden=hidden("p")), columns)
    if known and uidvalidity != DROP:
        hold(folder_id, uidvalidity, {row["uid"]: flags_of(row) for row in known})
    return taken + (int(count[0]) if count else 0)


def _take(account: Account, folder_id: int, uidvalidity: int, known: Sequence[Mapping[str, Any]], loose: Loose) -> int:
    columns: dict[str, Any] = {
        "account": account.pk,
        "folder": folder_id,
        "uidvalidity": uidvalidity,
        "ours": uidvalidity == DROP,
        "loose": list(loose.placements),
        "below": loose.below,
        "rows": as_json(known),
    }
    return int(value_of(TAKE.format(is_hidden=hidden("p"), is_untold=untold("p")), columns))


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """For json_to_recordset: bytes in PostgreSQL's hex form, moments in ISO 8601."""
    return json.dumps(rows, default=_plain, separators=(",", ":"))


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _row(message: RemoteMessage, identity: Identity, packed: tuple[UUID, Entry] | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "sha256": identity[0],
        "size": identity[1],
        "internaldate": message.internaldate,
        "uid": message.uid,
        **flag_columns(message.flags),
    }
    if message.hint:
        row |= {"uidl": message.hint.uidl, "listed_size": message.hint.size, "head": message.hint.head}
    if packed:
        pack, entry = packed
        row |= {
            "pack": pack,
            "pack_offset": entry.offset,
            "pack_length": entry.length,
            "codec": int(entry.codec),
        }
        if message.envelope:
            row |= headline_of(message.envelope)._asdict()
    return row


def _finish(spool: SpoolFile) -> tuple[UUID, Entry]:
    pack = spool.finish()
    return pack.id, pack.entries[0]


def _body(message: RemoteMessage) -> bytes | bytearray:
    if not isinstance(message.body, bytes | bytearray):
        raise TypeError("a spool that is not this store's")
    return message.body


def _identity(message: RemoteMessage) -> Identity:
    body = _body(message)
    return message.sha256 or sha256(body).digest(), len(body)


def _unknown(account_id: int, identities: Sequence[Identity]) -> tuple[list[int], set[Identity]]:
    """The first place in the batch of each message that the account does not have yet; and what was erased from it."""
    gone: set[Identity] = set()
    first: dict[Identity, int] = {}
    for at, identity in enumerate(identities):
        first.setdefault(identity, at)
    known = rows_of(
        "SELECT sha256, size, false FROM store_message WHERE account_id = %(account)s AND sha256 = ANY(%(digests)s::bytea[])"
        " UNION ALL SELECT sha256, size, true FROM store_erased WHERE account_id = %(account)s AND sha256 = ANY(%(digests)s::bytea[])",
        {"account": account_id, "digests": array([digest for digest, _ in first])},
    )
    for digest, size, was_erased in known:
        identity = bytes(digest), size
        if first.pop(identity, None) is not None and was_erased:
            gone.add(identity)
    return list(first.values()), gone
