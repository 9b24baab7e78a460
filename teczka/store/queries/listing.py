"""A list of messages, a block at a time: of one folder, or of several merged by date. The hot query: it costs a block, never a folder."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from teczka.store.models import User
from teczka.store.queries import walls

BLOCK = 50

# INTERNALDATE, UID and the folder's id: where a row stands, among several folders too. Of one second's mail the UID decides, not the
# order in which it was fetched: a first download begins with the newest, and nothing that is seen may move for it.
Place = tuple[datetime, int, int]


class MessageLine(NamedTuple):
    """A tuple, for fifty are made of each page: a dataclass that is frozen takes four times as long to make."""

    internaldate: datetime
    uid: int
    folder: int
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
    seen_by: Sequence[str]  # names of everybody else who sees it
    cases: Sequence[str] = ()  # two of those that it is filed to, by number or name
    keywords: Sequence[str] = ()  # some of these are labels: core.labels

    @property
    def place(self) -> Place:
        return self.internaldate, self.uid, self.folder


def block(
    viewer: User,
    folders: Sequence[int],
    after: Place | None = None,
    skip: int = 0,
    *,
    which: str,
) -> list[MessageLine]:
    """At most BLOCK rows of these folders, newest first, that come after a place. `skip` rows more are passed over along the indexes
    alone: one walk a folder, merged as they go (of 4 folders of 50,000, PostgreSQL 18: 0.4 ms anywhere by a place, 7 ms with a skip of
    25,000). `which`: SQL, those alone of placement p."""
    if not folders:
        return []
    at, uid, last = after or (None, 0, 0)
    bounds = {
        f"uid{folder}": uid + (folder < last) for folder in folders
    }  # what is as new in a folder behind `last` is still to come
    return walls.read(
        viewer,
        MessageLine,
        f"""WITH page AS MATERIALIZED (
                SELECT * FROM ({" UNION ALL ".join(_walk(folder, after is not None, which) for folder in folders)}) walks
                ORDER BY internaldate DESC, uid DESC, folder_id DESC OFFSET %(skip)s LIMIT %(most)s)
            SELECT p.internaldate, p.uid, p.folder_id, p.seen, p.flagged, p.answered, m.public_id, m.subject, m.from_name,
                   m.from_address, m.to_line, m.snippet, m.attachments,
                   ARRAY(SELECT DISTINCT u.name FROM store_grant g JOIN store_user u ON u.id = g.user_id WHERE g.message_id = m.id),
                   ARRAY(SELECT coalesce(nullif(c.number, ''), (SELECT r.written FROM store_casereference r WHERE r.case_id = c.id
                     AND r.position >= 0 ORDER BY r.position, r.id LIMIT 1), c.name)
                     FROM store_filing l JOIN store_case c ON c.id = l.case_id
                     WHERE l.message_id = m.id AND l.undone_at IS NULL AND {walls.card("c")} ORDER BY l.id LIMIT 2),
                   p.keywords
            FROM page JOIN store_placement p ON p.id = page.id JOIN store_message m ON m.id = p.message_id
            WHERE {walls.mine("p")} AND {walls.mine("m")}
            ORDER BY page.internaldate DESC, page.uid DESC, page.folder_id DESC""",
        at=at,
        skip=skip,
        most=BLOCK,
        **bounds,
    )


def everything(viewer: User, folders: Sequence[int], most: int, which: str = "") -> list[UUID]:
    """Public ids of at most so many messages of these folders, for what is done to all of them at once."""
    such = f"AND {which}" if which else ""
    return walls.read(
        viewer,
        lambda public_id: public_id,
        f"""SELECT DISTINCT m.public_id FROM store_placement p JOIN store_message m ON m.id = p.message_id
            WHERE p.folder_id = ANY(%(folders)s) AND p.gone_at IS NULL AND {walls.mine("p")} AND {walls.mine("m")} {such}
            LIMIT %(most)s""",
        folders=list(folders),
        most=most,
    )


def _walk(folder: int, bounded: bool, which: str) -> str:
    such = f"AND {which}" if which else ""
    beyond = f"AND (p.internaldate, p.uid) < (%(at)s, %(uid{folder})s)" if bounded else ""
    return f"""(SELECT p.id, p.internaldate, p.uid, p.folder_id FROM store_placement p
                WHERE p.folder_id = {folder} AND p.gone_at IS NULL AND {walls.mine("p")} {beyond} {such}
                ORDER BY p.internaldate DESC, p.uid DESC)"""
