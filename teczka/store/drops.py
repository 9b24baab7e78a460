"""What a POP3 folder knows of its listing (core/mail.py DropHint). Within the owner's transaction.

A message that the server lists no longer has `left`: it stays in its folder and its counters. `gone_at` is for IMAP, whose folders are
shown as the server has them; POP3 servers hide what was fetched, or another program removes it after a fortnight.

What was erased here and is there still is known by the same hints, under its tombstone's number below zero.
"""

from collections.abc import Sequence
from uuid import UUID

from teczka.core.folders import DROP
from teczka.core.mail import DropEntry, DropHint
from teczka.core.messages import Known, Loose
from teczka.store import erased
from teczka.store.arrivals import as_json
from teczka.store.packs.format import Codec, Entry
from teczka.store.statements import each_of, execute, rows_of, value_of

HINTS = """
UPDATE store_placement p SET uidvalidity = %(drop)s, uid = t.uid, uidl = t.uidl, listed_size = t.listed_size, left_at = NULL
FROM json_to_recordset(%(rows)s) AS t (id bigint, uid bigint, uidl bytea, listed_size bigint)
WHERE p.id = t.id AND p.folder_id = %(folder)s AND p.gone_at IS NULL
"""
ERASED_HINTS = """
UPDATE store_erasedplace p SET uid = t.uid, uidl = t.uidl, listed_size = t.listed_size
FROM json_to_recordset(%(rows)s) AS t (id bigint, uid bigint, uidl bytea, listed_size bigint)
WHERE p.id = -t.id AND p.folder_id = %(folder)s
"""

LEAVE = """
UPDATE store_placement SET left_at = now()
WHERE folder_id = %(folder)s AND gone_at IS NULL AND left_at IS NULL AND {which}
"""


def known(folder_id: int) -> list[Known]:
    rows = each_of(
        "SELECT p.id, uidl, coalesce(listed_size, (SELECT size FROM store_message m WHERE m.id = p.message_id)), head,"
        " uidvalidity = %(drop)s AND left_at IS NULL FROM store_placement p WHERE folder_id = %(folder)s AND gone_at IS NULL"
        " UNION ALL SELECT -id, uidl, listed_size, head, true FROM store_erasedplace"
        " WHERE folder_id = %(folder)s AND uidvalidity = %(drop)s",
        {"drop": DROP, "folder": folder_id},
    )
    return [
        Known(id_, DropHint(bytes(uidl) if uidl else None, size, None if head is None else bytes(head)), here)
        for id_, uidl, size, head, here in rows
    ]


def stored_at(folder_id: int, placements: Sequence[int]) -> list[tuple[int, UUID, Entry]]:
    """Where the bytes lie of what these placements show."""
    rows = rows_of(
        "SELECT p.id, m.pack_id, m.pack_offset, m.pack_length, m.pack_codec, m.size, m.sha256 FROM store_placement p"
        " JOIN store_message m ON m.id = p.message_id WHERE folder_id = %s AND p.id = ANY(%s) ORDER BY m.pack_id, m.pack_offset",
        [folder_id, list(placements)],
    )
    return [
        (id_, pack, Entry(offset, length, Codec(codec), size, bytes(digest)))
        for id_, pack, offset, length, codec, size, digest in rows
    ]


def next_uid(folder_id: int) -> int:
    """Above every UID that was given there."""
    highest = value_of(
        "SELECT greatest((SELECT max(uid) FROM store_placement WHERE folder_id = %(folder)s AND uidvalidity = %(drop)s),"
        " (SELECT max(uid) FROM store_erasedplace WHERE folder_id = %(folder)s AND uidvalidity = %(drop)s), 0)",
        {"drop": DROP, "folder": folder_id},
    )
    return int(highest) + 1


def recognise(folder_id: int, named: Sequence[tuple[int, int, DropEntry]]) -> int:
    """Placements by what the listing calls them now."""
    rows = [
        {"id": placement, "uid": uid, "uidl": entry.uidl, "listed_size": entry.size} for placement, uid, entry in named
    ]
    columns = {"folder": folder_id, "drop": DROP, "rows": as_json(rows)}
    return execute(HINTS, columns) + execute(ERASED_HINTS, columns)


def leave(folder_id: int, loose: Loose) -> int:
    which = "uidvalidity = %(drop)s AND uid < %(below)s AND id = ANY(%(ids)s)"
    columns = {"folder": folder_id, "drop": DROP, "below": loose.below, "ids": list(loose.placements)}
    erased.not_there(folder_id, "id = ANY(%(gone)s)", {"gone": [-id_ for id_ in loose.placements if id_ < 0]})
    return execute(LEAVE.format(which=which), columns)


def leave_others(folder_id: int) -> int:
    """What IMAP placed and POP3 does not list: it may show but a part of what is there."""
    return execute(LEAVE.format(which="uidvalidity <> %(drop)s"), {"folder": folder_id, "drop": DROP})
