"""What others share with the viewer: a list of its own, a block at a time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from teczka.store.models import User
from teczka.store.queries import walls
from teczka.store.queries.listing import BLOCK, MessageLine, Place

_HALF = 2**32  # a message's id as the two lower places of a cursor (listing.Place)


def shared_block(viewer: User, after: Place | None, skip: int) -> list[tuple[MessageLine, str]]:
    """Lines, and whose each message is; newest first. Walks an index of grants: it costs the block, and what is skipped."""
    at, upper, lower = after or (None, 0, 0)
    bound = "AND (g.internaldate, g.message_id) < (%(at)s, %(id)s)" if after else ""
    return walls.read(
        viewer,
        _line,
        f"""WITH page AS MATERIALIZED (
                SELECT DISTINCT g.internaldate, g.message_id FROM store_grant g WHERE g.user_id = %(viewer)s {bound}
                ORDER BY g.internaldate DESC, g.message_id DESC OFFSET %(skip)s LIMIT %(most)s),
            seen AS (
                SELECT a.message_id, array_agg(u.name ORDER BY u.name) AS by
                FROM teczka_audience(ARRAY(SELECT message_id FROM page)) a JOIN store_user u ON u.id = a.user_id
                WHERE u.id <> %(viewer)s GROUP BY 1)
            SELECT m.id, m.internaldate, m.public_id, m.subject, m.from_name, m.from_address, m.to_line, m.snippet, m.attachments,
                   o.name, coalesce(seen.by, '{{}}')
            FROM page JOIN store_message m ON m.id = page.message_id JOIN store_user o ON o.id = m.owner_id
            LEFT JOIN seen ON seen.message_id = m.id
            WHERE {walls.visible("m")} ORDER BY m.internaldate DESC, m.id DESC""",
        at=at,
        id=upper * _HALF + lower,
        skip=skip,
        most=BLOCK,
    )


def count_shared(viewer: User) -> int:
    found = walls.read(
        viewer, int, "SELECT count(DISTINCT g.message_id) FROM store_grant g WHERE g.user_id = %(viewer)s"
    )
    return found[0]


def _line(id_: int, internaldate: datetime, public_id: UUID, *rest: Any) -> tuple[MessageLine, str]:
    *shown, owner, seen_by = rest
    upper, lower = divmod(id_, _HALF)
    values: list[Any] = [internaldate, upper, lower, True, False, False, public_id, *shown, seen_by]
    return MessageLine(*values), owner
