"""What a list shows of messages that were found, wherever they lie: the viewer's own, and what others share with them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from teczka.store.models import User
from teczka.store.queries import walls
from teczka.store.queries.listing import MessageLine

LONGEST_TEXT = 100_000  # signs of a body that a snippet is looked for in
_LINE = 15  # columns of teczka_hits, its id first, to the end of a line


class Place(NamedTuple):
    """Where a hit stands. `tier`: how well it fits, from 0; the best come first, and of those the newest."""

    tier: int
    internaldate: datetime
    id: int


class Hit(NamedTuple):
    """`line.place` is none of a folder's."""

    place: Place
    line: MessageLine
    owner: str  # the name; "": the viewer
    account: str
    colour: int
    folder: UUID | None  # where it lies; None for another's, and for what lies nowhere any more
    path: str
    delimiter: str
    role: str  # core.folders.FolderRole
    message_id: str  # RFC 5322 §3.6.4, without its brackets

    @property
    def id(self) -> int:
        return self.place.id


def hits(viewer: User, places: Sequence[Place]) -> list[Hit]:
    """Those at these places that the viewer may see, in the order given. Costs the rows."""
    if not places:
        return []
    tiers = {place.id: place.tier for place in places}
    rows = walls.read_often(viewer, _row, "SELECT h.* FROM teczka_hits(%(ids)s::bigint[]) h", ids=[*tiers])
    found = {row[0]: hit(tiers[row[0]], row) for row in rows}
    return [found[id_] for id_ in tiers if id_ in found]


def rows_of(source: str, shown: str) -> str:
    """SQL that tells how many `source` has, and of those that are `shown` their rows, the newest first. Of each, `source`, which is called
    `found`, tells `message` and `at`. One statement for both: a second would cost as much as its rows."""
    return f"""WITH found AS MATERIALIZED ({source})
        SELECT (SELECT count(*) FROM found), h.* FROM teczka_hits(ARRAY({shown})) h ORDER BY h.internaldate DESC, h.id DESC"""


def bodies(viewer: User, ids: Sequence[int]) -> dict[int, str]:
    """The beginning of each one's text, where it has any: unpacking these costs as much as all else that is shown of them."""
    sql = f"""SELECT t.message_id, left(t.text, {LONGEST_TEXT}) FROM store_text t JOIN store_message m ON m.id = t.message_id
              WHERE t.message_id = ANY(%(ids)s) AND {walls.visible("m")}"""
    return dict(walls.read_often(viewer, lambda id_, text: (id_, text), sql, ids=list(ids)))


def own(viewer: User, ids: Sequence[int]) -> list[UUID]:
    """Public ids of those that are the viewer's."""
    sql = f"SELECT m.public_id FROM store_message m WHERE m.id = ANY(%(ids)s) AND {walls.mine('m')}"
    return walls.read(viewer, lambda public_id: public_id, sql, ids=list(ids))


def hit(tier: int, row: tuple[Any, ...]) -> Hit:
    """Of a row of teczka_hits (migration 0011)."""
    return Hit(Place(tier, row[1], row[0]), MessageLine(row[1], 0, 0, *row[2:_LINE]), *row[_LINE:])


def _row(*row: Any) -> tuple[Any, ...]:
    return row
