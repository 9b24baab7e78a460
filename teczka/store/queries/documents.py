"""Documents of a case, as its team sees them: files of its own, and parts of messages, each for whoever may see the message."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from teczka.store.models import User
from teczka.store.packs.format import Codec, Entry
from teczka.store.queries import walls
from teczka.store.queries.attachments import like
from teczka.store.statements import rows_of

PAGE = 100
PIECE = 1_000


@dataclass(frozen=True, slots=True)
class DocumentLine:
    id: int
    public_id: UUID
    name: str
    content_type: str
    size: int  # of a message's part an estimate, until it is decoded
    created_at: datetime
    by: str
    removed: bool
    message: UUID | None  # of which it is a part
    path: str  # of that part
    sha256: bytes | None
    pack: UUID | None
    pack_offset: int
    pack_length: int
    pack_codec: int

    @property
    def entry(self) -> Entry:
        """Of a file of its own: where its bytes lie in the pack."""
        return Entry(self.pack_offset, self.pack_length, Codec(self.pack_codec), self.size, bytes(self.sha256 or b""))


@dataclass(frozen=True, slots=True)
class Kept:
    """The bytes of one, for whoever verifies them."""

    id: int
    public_id: UUID
    pack: UUID
    pack_size: int | None  # as its row says; None: there is no such row
    entry: Entry


def kept_documents() -> Iterator[list[Kept]]:
    """Everybody's, in pieces of a transaction each."""
    after = 0
    while piece := _kept(after):
        yield piece
        after = piece[-1].id


def _kept(after: int) -> list[Kept]:
    rows = rows_of("SELECT * FROM teczka_documents(%s, %s)", [after, PIECE])
    return [
        Kept(id_, public_id, pack, pack_size, Entry(offset, length, Codec(codec), size, bytes(digest)))
        for id_, public_id, pack, pack_size, offset, length, codec, size, digest in rows
    ]


def _statement(which: str) -> str:
    return f"""SELECT d.id, d.public_id, d.name, d.content_type, d.size, d.created_at, u.name, d.removed_at IS NOT NULL, m.public_id,
                   d.path, d.sha256, d.pack, coalesce(d.pack_offset, 0), coalesce(d.pack_length, 0), coalesce(d.pack_codec, 0)
            FROM store_document d JOIN store_case c ON c.id = d.case_id JOIN store_user u ON u.id = d.created_by_id
            LEFT JOIN store_message m ON m.id = d.message_id AND {walls.visible("m")}
            WHERE {walls.card("c")} AND {walls.inside("d.case_id")} AND (d.message_id IS NULL OR m.id IS NOT NULL) AND {which}"""


def documents(
    viewer: User, case: UUID, before: UUID | None = None, most: int = PAGE, called: str = ""
) -> list[DocumentLine]:
    """The newest, or those that follow `before`, whose names have the words of `called`; without the removed ones."""
    older = (
        ""
        if before is None
        else "AND d.id < (SELECT last.id FROM store_document last WHERE last.public_id = %(before)s)"
    )
    return walls.read(
        viewer,
        DocumentLine,
        _statement(f"c.public_id = %(case)s AND d.removed_at IS NULL AND d.name ILIKE %(like)s {older}")
        + " ORDER BY d.id DESC LIMIT %(most)s",
        case=case,
        like=like(called),
        before=before,
        most=most,
    )


def document(viewer: User, public_id: UUID, case: UUID) -> DocumentLine | None:
    """Also a removed one, which can be taken back."""
    found = walls.read(
        viewer,
        DocumentLine,
        _statement("d.public_id = %(document)s AND c.public_id = %(case)s"),
        document=public_id,
        case=case,
    )
    return found[0] if found else None
