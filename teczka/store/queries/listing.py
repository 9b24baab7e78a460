"""A folder's list, a block at a time. The hot query: it costs a block, never a folder."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from teczka.store.models import User
from teczka.store.queries import walls
from teczka.store.queries.folders import FolderLine

BLOCK = 50

Place = tuple[datetime, int]  # INTERNALDATE and the placement's id: where a row stands in its folder


@dataclass(frozen=True, slots=True)
class MessageLine:
    id: int  # of the placement
    internaldate: datetime
    seen: bool
    flagged: bool
    answered: bool
    public_id: UUID
    subject: str | None  # None: not read yet, and the server did not tell either
    from_name: str
    from_address: str
    to_line: str
    snippet: str
    attachments: int
    shared: bool  # somebody beside the owner sees it

    @property
    def place(self) -> Place:
        return self.internaldate, self.id


def block(
    viewer: User, folder: FolderLine, after: Place | None = None, skip: int = 0, most: int = BLOCK
) -> list[MessageLine]:
    """At most `most` rows, newest first, that come after a place. `skip` rows more are passed over along the index alone."""
    beyond = "AND (p.internaldate, p.id) < (%(at)s, %(id)s)" if after else ""
    at, last = after or (None, None)
    return walls.read(
        viewer,
        MessageLine,
        f"""WITH page AS MATERIALIZED (
                SELECT p.id, p.internaldate FROM store_placement p
                WHERE p.folder_id = %(folder)s AND p.gone_at IS NULL AND {walls.mine("p")} {beyond}
                ORDER BY p.internaldate DESC, p.id DESC OFFSET %(skip)s LIMIT %(most)s)
            SELECT p.id, p.internaldate, p.seen, p.flagged, p.answered, m.public_id, m.subject, m.from_name, m.from_address, m.to_line,
                   m.snippet, m.attachments,
                   EXISTS (SELECT FROM store_grant g WHERE g.message_id = m.id AND g.user_id <> m.owner_id)
            FROM page JOIN store_placement p ON p.id = page.id JOIN store_message m ON m.id = p.message_id
            WHERE {walls.mine("p")} AND {walls.mine("m")}
            ORDER BY page.internaldate DESC, page.id DESC""",
        folder=folder.id,
        at=at,
        id=last,
        skip=skip,
        most=most,
    )
