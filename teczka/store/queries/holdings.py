"""Everything that an account holds, for export and verification: long answers in bounded pieces, in the order of ids."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from teczka.store.packs.format import HEADER_BYTES, Codec, Entry
from teczka.store.statements import rows_of
from teczka.store.viewer import as_user

PIECE = 1000  # rows


@dataclass(frozen=True, slots=True)
class Held:
    id: int
    public_id: UUID
    pack: UUID
    entry: Entry


@dataclass(frozen=True, slots=True)
class Placed:
    message_id: int
    folder: str
    uidvalidity: int
    uid: int
    internaldate: datetime
    flags: list[str]


def message(account_id: int, message_id: int) -> Held | None:
    """As it lies now. Within `as_user(owner)`, as all here."""
    return next((held for held in messages(account_id, message_id - 1, 1) if held.id == message_id), None)


def messages(account_id: int, after: int, most: int = PIECE) -> list[Held]:
    """The next piece of the account's messages, those with ids above `after`."""
    rows = rows_of(
        "SELECT id, public_id, pack_id, pack_offset, pack_length, pack_codec, size, sha256 FROM store_message"
        " WHERE account_id = %s AND id > %s ORDER BY id LIMIT %s",
        [account_id, after, most],
    )
    return [
        Held(id_, public_id, pack, Entry(offset, length, Codec(codec), size, bytes(digest)))
        for id_, public_id, pack, offset, length, codec, size, digest in rows
    ]


def pieces(account_id: int, owner_id: int) -> Iterator[list[Held]]:
    """All of them, each piece in a transaction of its own: a long one would keep PostgreSQL from cleaning up."""
    after = 0
    while True:
        with as_user(owner_id):
            piece = messages(account_id, after)
        if not piece:
            return
        yield piece
        after = piece[-1].id


def placements(message_ids: list[int]) -> list[Placed]:
    """Those that are on their server. Folders by their wire names, as far as these are ASCII."""
    rows = rows_of(
        "SELECT p.message_id, f.wire_name, p.uidvalidity, p.uid, p.internaldate, p.seen, p.flagged, p.answered, p.draft, p.keywords"
        " FROM store_placement p JOIN store_folder f ON f.id = p.folder_id"
        " WHERE p.message_id = ANY(%s) AND p.gone_at IS NULL AND p.left_at IS NULL ORDER BY p.id",
        [message_ids],
    )
    return [
        Placed(
            message_id,
            bytes(name).decode("ascii", "backslashreplace"),
            uidvalidity,
            uid,
            internaldate,
            flags_of(*flags),
        )
        for message_id, name, uidvalidity, uid, internaldate, *flags in rows
    ]


def flags_of(seen: bool, flagged: bool, answered: bool, draft: bool, keywords: list[str]) -> list[str]:
    """As IMAP spells them."""
    system = {"\\Seen": seen, "\\Flagged": flagged, "\\Answered": answered, "\\Draft": draft}
    return [name for name, given in system.items() if given] + keywords


def packs(account_id: int) -> dict[UUID, tuple[int, bool]]:
    """Every pack of the account, its size, and whether it is retired: then its object may be gone."""
    rows = rows_of("SELECT id, size, retired_at IS NOT NULL FROM store_pack WHERE account_id = %s", [account_id])
    return {pack: (size, retired) for pack, size, retired in rows}


LETTERS = """
SELECT id, public_id, pack_id, pack_offset, pack_length, pack_codec, size, sha256 FROM store_outgoing
WHERE account_id = %(account)s AND pack_codec IS NOT NULL
UNION ALL
SELECT e.id, e.public_id, e.pack_id, e.pack_offset, e.pack_length, e.pack_codec, e.size, e.sha256
FROM store_enclosure e JOIN store_outgoing o ON o.id = e.outgoing_id WHERE o.account_id = %(account)s AND e.pack_codec IS NOT NULL
"""


def letters(account_id: int) -> list[Held]:
    """What was written from the account and what goes with it, as far as it has bytes of its own."""
    return [
        Held(id_, public_id, pack, Entry(offset, length, Codec(codec), size, bytes(digest)))
        for id_, public_id, pack, offset, length, codec, size, digest in rows_of(LETTERS, {"account": account_id})
    ]


# Those that only repeat what other rows say: store/mending.py makes them anew.
UNREAD = "message read but without its text"
COUNTERS = "folder whose counters are wrong"
DEAD = "pack whose dead bytes are miscounted"
GRANTS = "message that others see, or do not see, against what was shared"

# Each finds what must not be, by the name of the rule that it breaks.
RULES = {
    "message without a placement": (
        "SELECT m.public_id FROM store_message m WHERE m.account_id = %s AND NOT EXISTS"
        " (SELECT FROM store_placement p WHERE p.message_id = m.id)"
        # What others were granted outlives its account without a place (store/removal.py).
        " AND NOT EXISTS (SELECT FROM store_account a WHERE a.id = m.account_id AND a.farewell = 'remove')"
    ),
    UNREAD: (
        "SELECT m.public_id FROM store_message m WHERE m.account_id = %s AND m.indexed_with IS NOT NULL AND m.defects <> '{unreadable}'"
        " AND (m.thread_id IS NULL OR NOT EXISTS (SELECT FROM store_text t WHERE t.message_id = m.id)"
        " OR NOT EXISTS (SELECT FROM store_terms t WHERE t.message_id = m.id))"
    ),
    COUNTERS: (
        "SELECT f.public_id FROM store_folder f WHERE f.account_id = %s AND (f.stored, f.unread) <>"
        " (SELECT count(*), count(*) FILTER (WHERE NOT p.seen) FROM store_placement p WHERE p.folder_id = f.id AND p.gone_at IS NULL)"
    ),
    DEAD: (
        "SELECT k.id FROM store_pack k WHERE k.account_id = %s AND k.retired_at IS NULL"
        f" AND k.dead <> k.size - (SELECT coalesce(sum(m.pack_length + {HEADER_BYTES}), 0) FROM store_message m WHERE m.pack_id = k.id)"
        " AND NOT EXISTS (SELECT FROM store_outgoing o WHERE o.pack_id = k.id)"
        " AND NOT EXISTS (SELECT FROM store_enclosure e WHERE e.pack_id = k.id)"
        " AND NOT EXISTS (SELECT FROM store_importfile f WHERE f.pack_id = k.id)"
    ),
    "message that was erased and is there": (
        "SELECT m.public_id FROM store_erased e JOIN store_message m ON (m.account_id, m.sha256, m.size) = (e.account_id, e.sha256, e.size)"
        " WHERE e.account_id = %s"
    ),
    "attachment that lies outside its message": (
        "SELECT m.public_id FROM store_message m JOIN store_part p ON p.message_id = m.id"
        ' WHERE m.account_id = %s AND (p."offset" < 0 OR p.length < 0 OR p."offset" + p.length > m.size)'
    ),
}


def broken(account_id: int, rule: str) -> list[UUID]:
    """Public ids of what breaks the rule, a hundred at most."""
    return [row[0] for row in rows_of(f"{RULES[rule]} LIMIT 100", [account_id])]
