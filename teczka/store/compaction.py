"""Packs as their rows tell: what lives in one, its move to another, and the end of one in which nothing lives.

A pack leaves in two steps: it is retired in the transaction that takes the last row out of it; later its object goes, then its row, which
remembers until then that the object may still be there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from psycopg.errors import RaiseException

from teczka.store.packs.format import Codec, Entry
from teczka.store.packs.writer import Pack
from teczka.store.statements import execute, rows_of, value_of

LOCK_SECONDS = 2  # with a transaction that is making packs known

# Letters on their way, files that go with them, documents and uploads have packs of one entry each, which go with it.
HOLD = """
SELECT k.retired_at IS NULL AND k.account_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM store_outgoing o WHERE o.pack_id = k.id) AND NOT EXISTS (SELECT FROM store_enclosure e WHERE e.pack_id = k.id)
  AND NOT EXISTS (SELECT FROM store_importfile f WHERE f.pack_id = k.id)
FROM store_pack k WHERE k.id = %s FOR UPDATE OF k
"""

LIVING = """
SELECT id, pack_offset, pack_length, pack_codec, size, sha256 FROM store_message WHERE pack_id = %s ORDER BY pack_offset, id
"""

MAKE = """
INSERT INTO store_pack (id, office_id, owner_id, account_id, size, created_at)
SELECT %(made)s, office_id, owner_id, account_id, %(size)s, now() FROM store_pack WHERE id = %(old)s
"""

# Nobody is waited for under the pack's lock: an erasure, which holds a message, waits for that; and readers hold several.
TAKE = "SELECT id FROM store_message WHERE pack_id = %s ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"

# Compare and set: only what lies where it was copied from.
MOVE = """
UPDATE store_message m SET pack_id = %(made)s, pack_offset = t.to_offset
FROM unnest(%(ids)s::bigint[], %(was)s::bigint[], %(offsets)s::bigint[]) AS t (id, was, to_offset)
WHERE m.id = t.id AND m.pack_id = %(old)s AND m.pack_offset = t.was
"""


@dataclass(frozen=True, slots=True)
class Living:
    id: int
    entry: Entry


class Changed(Exception):
    """The rows are no longer those that were copied, or somebody is at work on one. Nothing is lost: it is for the next time."""


def living(pack: UUID) -> list[Living]:
    """The messages that lie in it. As the owner, within a transaction, as what follows down to `wasted_of`."""
    return [
        Living(id_, Entry(offset, length, Codec(codec), size, bytes(digest)))
        for id_, offset, length, codec, size, digest in rows_of(LIVING, [pack])
    ]


def hold(pack: UUID) -> bool:
    """Until the transaction ends nothing comes to lie in it. False where it is not for compaction: retired, or of something else than
    messages."""
    return bool(value_of(HOLD, [pack]))


def move(old: UUID, made: Pack | None, copied: Sequence[Living]) -> None:
    """What was copied lies in the new pack from now on, and nothing in the old one. Under `hold`. Raises Changed."""
    if living(old) != list(copied):
        raise Changed
    if made:
        columns: dict[str, Any] = {
            "made": made.id,
            "size": made.size,
            "old": old,
            "ids": [one.id for one in copied],
            "was": [one.entry.offset for one in copied],
            "offsets": [entry.offset for entry in made.entries],
        }
        if execute(TAKE, [old]) != len(copied):
            raise Changed
        try:
            execute(MAKE, columns)
        except DatabaseError as refused:
            if isinstance(refused.__cause__, RaiseException):  # it was swept for what it held
                raise Changed from refused
            raise
        if execute(MOVE, columns) != len(copied):
            raise Changed
    retire([old])


def bury(pack: UUID, entry: Entry) -> None:
    """No row speaks of this entry any more."""
    execute("UPDATE store_pack SET dead = least(size, dead + %s) WHERE id = %s", [entry.end - entry.offset, pack])


def retire(packs: Sequence[UUID]) -> None:
    """Nothing lies in them any more."""
    execute(
        "UPDATE store_pack SET retired_at = now(), dead = size WHERE id = ANY(%s) AND retired_at IS NULL", [list(packs)]
    )


def wasted_of(account_id: int) -> list[UUID]:
    """Its packs in which something is dead, or everything. As the owner."""
    rows = rows_of(
        "SELECT id FROM store_pack WHERE account_id = %s AND (dead > 0 OR retired_at IS NOT NULL)", [account_id]
    )
    return [pack for (pack,) in rows]


def wasted(share: float, most: int) -> list[tuple[UUID, int]]:
    """(pack, owner) of everybody's packs of which at least such a share is dead, the worst first."""
    return rows_of("SELECT pack, owner FROM teczka_wasted_packs(%s, %s)", [share, most])


def retired(seconds: int, most: int) -> list[UUID]:
    """Everybody's, retired so long ago."""
    return [pack for (pack,) in rows_of("SELECT teczka_retired_packs(%s, %s)", [seconds, most])]


def kept(packs: Sequence[UUID]) -> list[UUID]:
    """Of these, those that are not retired, or in which something lies all the same: their objects stay."""
    return [pack for (pack,) in rows_of("SELECT teczka_kept_packs(%s)", [list(packs)])]


def forget(packs: Sequence[UUID]) -> None:
    """Their objects are gone."""
    execute("SELECT teczka_forget_packs(%s)", [list(packs)])


def condemn(seen: Sequence[UUID], hours: int) -> list[UUID]:
    """Of these objects, those that no row knows, nor will: they may be removed. Seen first so many hours ago. Raises OperationalError where
    somebody who is just making rows holds it up for long. In a transaction of its own."""
    execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_SECONDS}s"])
    return [pack for (pack,) in rows_of("SELECT teczka_condemn(%s, %s)", [list(seen), hours])]


def unknown(seen: Sequence[UUID]) -> list[UUID]:
    """Of these objects, those that no row knows at this moment."""
    return [pack for (pack,) in rows_of("SELECT teczka_unknown_packs(%s)", [list(seen)])]
