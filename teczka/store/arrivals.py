"""Transaction A: raw bytes become durable in a pack, then their rows are committed together.

Rows go in by `INSERT … SELECT FROM unnest(…)`: a handful of statements for a batch, whatever its size (COPY is refused on tables with
row-level security).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection

from teczka.core.mail import RemoteMessage
from teczka.store.headline import Headline, headline_of
from teczka.store.models import Account
from teczka.store.packs.blobs import Blobs
from teczka.store.packs.format import Entry, key
from teczka.store.packs.spool import SpoolFile
from teczka.store.packs.writer import write_pack

Identity = tuple[bytes, int]  # SHA-256 and length of the raw bytes


@dataclass(frozen=True, slots=True)
class Packed:
    """Where a message's bytes lie by now."""

    pack: UUID
    entry: Entry
    message: RemoteMessage


def store_bytes(account: Account, blobs: Blobs, batch: Sequence[RemoteMessage]) -> list[Identity]:
    """The identity of each message of the batch; its bytes are durable and its message row is there when the transaction commits."""
    spooled = {
        place: _finish(message.body) for place, message in enumerate(batch) if isinstance(message.body, SpoolFile)
    }
    identities: list[Identity] = []
    for place, message in enumerate(batch):
        if place in spooled:
            entry = spooled[place][1]
            identities.append((entry.sha256, entry.raw_length))
        else:
            body = _held(message)
            identities.append((sha256(body).digest(), len(body)))
    new = _unknown(account.pk, identities)
    packed: list[Packed] = []
    for place, (pack, entry) in spooled.items():
        if new.get(identities[place]) == place:
            _insert_pack(account, pack, entry.end)
            packed.append(Packed(pack, entry, batch[place]))
        else:
            blobs.delete(key(pack))  # nobody knows of it yet
    small = [place for place in new.values() if place not in spooled]
    if small:
        written = write_pack(blobs, [_held(batch[place]) for place in small], [identities[place][0] for place in small])
        _insert_pack(account, written.id, written.size)
        packed += [Packed(written.id, entry, batch[place]) for entry, place in zip(written.entries, small, strict=True)]
    _insert_messages(account, packed)
    return identities


def _finish(spool: SpoolFile) -> tuple[UUID, Entry]:
    pack = spool.finish()
    return pack.id, pack.entries[0]


def _held(message: RemoteMessage) -> bytes | bytearray:
    if not isinstance(message.body, bytes | bytearray):
        raise TypeError("a spool that is not this store's")
    return message.body


def _unknown(account_id: int, identities: Sequence[Identity]) -> dict[Identity, int]:
    """Those that the account does not have yet, each with its first place in the batch."""
    first: dict[Identity, int] = {}
    for place, identity in enumerate(identities):
        first.setdefault(identity, place)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sha256, size FROM store_message WHERE account_id = %s AND sha256 = ANY(%s::bytea[])",
            [account_id, [digest for digest, _ in first]],
        )
        for digest, size in cursor:
            first.pop((bytes(digest), size), None)
    return first


def _insert_pack(account: Account, pack: UUID, size: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO store_pack (id, office_id, owner_id, account_id, size, created_at) VALUES (%s, %s, %s, %s, %s, now())",
            [pack, account.office_id, account.owner_id, account.pk, size],
        )


# The owner's grant goes with the message: "everything I may see" is one index.
MESSAGES = """
WITH arrived AS (
  INSERT INTO store_message (public_id, office_id, owner_id, account_id, sha256, size, pack_id, pack_offset, pack_length, pack_codec,
    internaldate, subject, from_name, from_address, to_line, sent_at, message_id, snippet, attachments, defects, reading_tries)
  SELECT gen_random_uuid(), %(office)s, %(owner)s, %(account)s, t.sha256, t.size, t.pack, t.pack_offset, t.pack_length, t.codec,
    t.internaldate, t.subject, t.from_name, t.from_address, t.to_line, t.sent_at, t.message_id, '', 0, '{}', 0
  FROM unnest(%(sha256)s::bytea[], %(size)s::bigint[], %(pack)s::uuid[], %(offset)s::bigint[], %(length)s::bigint[], %(codec)s::smallint[],
    %(internaldate)s::timestamptz[], %(subject)s::text[], %(from_name)s::text[], %(from_address)s::text[], %(to_line)s::text[],
    %(sent_at)s::timestamptz[], %(message_id)s::text[])
    AS t (sha256, size, pack, pack_offset, pack_length, codec, internaldate, subject, from_name, from_address, to_line, sent_at, message_id)
  ON CONFLICT (account_id, sha256, size) DO NOTHING
  RETURNING id)
INSERT INTO store_grant (message_id, user_id, office_id, owner_id, reason)
SELECT id, %(owner)s, %(office)s, %(owner)s, 'owner' FROM arrived ON CONFLICT DO NOTHING
"""


def _insert_messages(account: Account, packed: Sequence[Packed]) -> None:
    if not packed:
        return
    entries = [one.entry for one in packed]
    headlines = [headline_of(one.message.envelope) for one in packed]
    columns: dict[str, Any] = {
        "office": account.office_id,
        "owner": account.owner_id,
        "account": account.pk,
        "sha256": [entry.sha256 for entry in entries],
        "size": [entry.raw_length for entry in entries],
        "pack": [one.pack for one in packed],
        "offset": [entry.offset for entry in entries],
        "length": [entry.length for entry in entries],
        "codec": [int(entry.codec) for entry in entries],
        "internaldate": [one.message.internaldate for one in packed],
        **dict(_headline_columns(headlines)),
    }
    with connection.cursor() as cursor:
        cursor.execute(MESSAGES, columns)


def _headline_columns(headlines: Sequence[Headline]) -> Iterator[tuple[str, list[Any]]]:
    for name in ("subject", "from_name", "from_address", "to_line", "sent_at", "message_id"):
        yield name, [getattr(headline, name) for headline in headlines]
