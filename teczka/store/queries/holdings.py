"""Everything that an account holds, for export and verification: long answers in bounded pieces, in the order of ids."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from teczka.store.packs.format import Codec, Entry
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


def messages(account_id: int, after: int) -> list[Held]:
    """The next piece of the account's messages, those with ids above `after`. Within `as_user(owner)`, as all here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, public_id, pack_id, pack_offset, pack_length, pack_codec, size, sha256 FROM store_message"
            " WHERE account_id = %s AND id > %s ORDER BY id LIMIT %s",
            [account_id, after, PIECE],
        )
        return [
            Held(id_, public_id, pack, Entry(offset, length, Codec(codec), size, bytes(digest)))
            for id_, public_id, pack, offset, length, codec, size, digest in cursor.fetchall()
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
    with connection.cursor() as cursor:
        cursor.execute(
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
                _flags(system, keywords),
            )
            for message_id, name, uidvalidity, uid, internaldate, *system, keywords in cursor.fetchall()
        ]


def _flags(system: list[bool], keywords: list[str]) -> list[str]:
    names = ("\\Seen", "\\Flagged", "\\Answered", "\\Draft")
    return [name for name, given in zip(names, system, strict=True) if given] + keywords


def packs(account_id: int) -> dict[UUID, int]:
    """Every pack of the account and its size."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, size FROM store_pack WHERE account_id = %s", [account_id])
        return dict(cursor.fetchall())


# Each finds what must not be, by the name of the rule that it breaks.
RULES = {
    "message without a placement": (
        "SELECT m.public_id FROM store_message m WHERE m.account_id = %s AND NOT EXISTS"
        " (SELECT FROM store_placement p WHERE p.message_id = m.id)"
        # What others were granted outlives its account without a place (store/removal.py).
        " AND NOT EXISTS (SELECT FROM store_account a WHERE a.id = m.account_id AND a.farewell = 'remove')"
    ),
    "message read but without its text": (
        "SELECT m.public_id FROM store_message m WHERE m.account_id = %s AND m.indexed_with IS NOT NULL AND m.defects <> '{unreadable}'"
        " AND (m.thread_id IS NULL OR NOT EXISTS (SELECT FROM store_text t WHERE t.message_id = m.id)"
        " OR NOT EXISTS (SELECT FROM store_terms t WHERE t.message_id = m.id))"
    ),
    "folder whose counters are wrong": (
        "SELECT f.public_id FROM store_folder f WHERE f.account_id = %s AND (f.stored, f.unread) <>"
        " (SELECT count(*), count(*) FILTER (WHERE NOT p.seen) FROM store_placement p WHERE p.folder_id = f.id AND p.gone_at IS NULL)"
    ),
}


def broken(account_id: int, rule: str, most: int = 100) -> list[UUID]:
    """Public ids of what breaks the rule."""
    with connection.cursor() as cursor:
        cursor.execute(f"{RULES[rule]} LIMIT {most}", [account_id])
        return [row[0] for row in cursor]
