"""An account's mail as its owner takes it away, folder by folder. Within `as_user(owner)`, all of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from teczka.store.packs.format import Codec, Entry
from teczka.store.queries.holdings import flags_of
from teczka.store.statements import rows_of
from teczka.store.viewer import as_user

PIECE = 500  # rows


@dataclass(frozen=True, slots=True)
class KeptFolder:
    id: int
    path: str
    delimiter: str
    messages: int

    @property
    def levels(self) -> tuple[str, ...]:
        return tuple(self.path.split(self.delimiter)) if self.delimiter else (self.path,)


@dataclass(frozen=True, slots=True)
class KeptMessage:
    placement: int
    public_id: UUID
    pack: UUID
    entry: Entry
    internaldate: datetime
    sender: str
    flags: list[str]


def kept_folders(account_id: int) -> list[KeptFolder]:
    """Those that hold mail, by their paths."""
    rows = rows_of(
        "SELECT id, path, delimiter, stored FROM store_folder WHERE account_id = %s AND stored > 0 ORDER BY path, id",
        [account_id],
    )
    return [KeptFolder(*row) for row in rows]


def keywords_of(folder_id: int) -> list[str]:
    rows = rows_of(
        "SELECT DISTINCT unnest(keywords) FROM store_placement WHERE folder_id = %s AND gone_at IS NULL ORDER BY 1",
        [folder_id],
    )
    return [keyword for (keyword,) in rows if not keyword.startswith("\\")]


def kept_messages(folder_id: int, owner_id: int) -> Iterator[KeptMessage]:
    """In the order in which they came. Each piece in a transaction of its own: what leaves the folder meanwhile is not told."""
    after = 0
    while True:
        with as_user(owner_id):
            piece = _piece(folder_id, after)
        if not piece:
            return
        yield from piece
        after = piece[-1].placement


def kept_message(folder_id: int, placement: int, owner_id: int) -> KeptMessage | None:
    """As it is now; None where it has left the folder."""
    with as_user(owner_id):
        found = _piece(folder_id, placement - 1, 1)
    return found[0] if found and found[0].placement == placement else None


def _piece(folder_id: int, after: int, most: int = PIECE) -> list[KeptMessage]:
    rows = rows_of(
        "SELECT p.id, m.public_id, m.pack_id, m.pack_offset, m.pack_length, m.pack_codec, m.size, m.sha256, p.internaldate,"
        " m.from_address, p.seen, p.flagged, p.answered, p.draft, p.keywords"
        " FROM store_placement p JOIN store_message m ON m.id = p.message_id"
        " WHERE p.folder_id = %s AND p.gone_at IS NULL AND p.id > %s ORDER BY p.id LIMIT %s",
        [folder_id, after, most],
    )
    return [
        KeptMessage(
            id_,
            public_id,
            pack,
            Entry(offset, length, Codec(codec), size, bytes(digest)),
            at,
            sender,
            flags_of(*flags),
        )
        for id_, public_id, pack, offset, length, codec, size, digest, at, sender, *flags in rows
    ]
