"""What somebody searched for: by name, and of late."""

from dataclasses import dataclass
from uuid import UUID

from teczka.language.order import sort_key
from teczka.store.models import User
from teczka.store.queries import walls


@dataclass(frozen=True, slots=True)
class SearchLine:
    public_id: UUID
    name: str
    query: str
    best: bool


def saved_searches(viewer: User) -> list[SearchLine]:
    """Those that bear a name, by it."""
    sql = (
        f"SELECT s.public_id, s.name, s.query, s.best FROM store_savedsearch s WHERE {walls.mine('s')} AND s.name <> ''"
    )
    return sorted(walls.read_often(viewer, SearchLine, sql), key=lambda one: sort_key(one.name))


def saved_as(viewer: User, query: str, *, best: bool) -> SearchLine | None:
    return next((one for one in saved_searches(viewer) if (one.query, one.best) == (query, best)), None)


def saved_search(viewer: User, public_id: UUID) -> SearchLine | None:
    return next((one for one in saved_searches(viewer) if one.public_id == public_id), None)


def unread_mail(viewer: User) -> bool:
    """Some of the viewer's own mail waits to be read, and is not found yet. Costs no count."""
    sql = f"SELECT EXISTS (SELECT FROM store_message m WHERE m.indexed_with IS NULL AND {walls.mine('m')})"
    return walls.read(viewer, bool, sql)[0]


def recent_searches(viewer: User) -> list[SearchLine]:
    """The last first."""
    return walls.read(
        viewer,
        SearchLine,
        f"""SELECT s.public_id, s.name, s.query, s.best FROM store_savedsearch s
            WHERE {walls.mine("s")} AND s.name = '' ORDER BY s.used_at DESC, s.id DESC""",
    )
