"""Notes of a case, for its team."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from teczka.store.models import User
from teczka.store.queries import walls

BLOCK = 50


@dataclass(frozen=True, slots=True)
class NoteLine:
    public_id: UUID
    text: str
    who: str
    mine: bool  # the viewer wrote it, and may change it
    created_at: datetime
    edited_at: datetime | None


def notes(viewer: User, case: int, before: UUID | None = None, most: int = BLOCK) -> list[NoteLine]:
    """Newest first; `before`: those that are older than this one."""
    return _read(
        viewer,
        f"""n.case_id = %(case)s AND n.deleted_at IS NULL
            AND (%(before)s::uuid IS NULL OR (n.created_at, n.id) <
                 (SELECT b.created_at, b.id FROM store_casenote b WHERE b.public_id = %(before)s AND {walls.inside("b.case_id")}))
            ORDER BY n.created_at DESC, n.id DESC LIMIT %(most)s""",
        case=case,
        before=before,
        most=most,
    )


def own_note(viewer: User, case: int, public_id: UUID) -> NoteLine | None:
    """One that the viewer wrote and did not delete."""
    found = _read(
        viewer,
        "n.case_id = %(case)s AND n.public_id = %(note)s AND n.author_id = %(viewer)s AND n.deleted_at IS NULL",
        case=case,
        note=public_id,
    )
    return found[0] if found else None


def _read(viewer: User, which: str, **parameters: object) -> list[NoteLine]:
    return walls.read(
        viewer,
        NoteLine,
        f"""SELECT n.public_id, n.text, u.name, n.author_id = %(viewer)s, n.created_at, n.edited_at
            FROM store_casenote n JOIN store_user u ON u.id = n.author_id
            WHERE {walls.inside("n.case_id")} AND {which}""",
        **parameters,
    )
