"""Imports as their owner sees them."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from teczka.core.imports import ImportState
from teczka.store.models import User
from teczka.store.queries import walls

SHOWN = 20  # imports, the newest
FILES = 100  # of each


@dataclass(frozen=True, slots=True)
class FileLine:
    of: int
    name: str
    size: int
    through: int
    stored: int
    duplicates: int
    unreadable: int
    troubles_json: str
    ended: bool

    @property
    def troubles(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Where in the file, core.errors.Trouble, its parameters."""
        return [(where, trouble, params) for where, trouble, params in json.loads(self.troubles_json)]


@dataclass(frozen=True, slots=True)
class ImportLine:
    id: int
    public_id: UUID
    folder: str
    state: str  # core.imports.ImportState
    created_at: datetime
    ended_at: datetime | None
    account_name: str
    goal: UUID | None  # the folder, once there is one
    files: int
    size: int
    through: int
    stored: int
    duplicates: int
    unreadable: int
    by_command: bool

    @property
    def is_open(self) -> bool:
        return self.state in {ImportState.OPEN, ImportState.PAUSED}


def imports(viewer: User) -> list[ImportLine]:
    """The newest. Costs a row a file of them."""
    return walls.read(
        viewer,
        ImportLine,
        f"""SELECT i.id, i.public_id, i.folder, i.state, i.created_at, i.ended_at, a.provider_name,
                   (SELECT f.public_id FROM store_folder f WHERE f.account_id = a.id AND f.path = i.folder AND f.gone_at IS NULL LIMIT 1),
                   t.files, t.size, t.through, t.stored, t.duplicates, t.unreadable, t.by_command
            FROM store_import i JOIN store_account a ON a.id = i.account_id CROSS JOIN LATERAL (
              SELECT count(*)::int AS files, coalesce(sum(size), 0)::bigint AS size,
                coalesce(sum(CASE WHEN ended_at IS NULL THEN through ELSE size END), 0)::bigint AS through,
                coalesce(sum(stored), 0)::int AS stored, coalesce(sum(duplicates), 0)::int AS duplicates,
                coalesce(sum(unreadable), 0)::int AS unreadable, coalesce(bool_or(path <> ''), false) AS by_command
              FROM store_importfile f WHERE f.of_id = i.id) t
            WHERE {walls.mine("i")} AND {walls.mine("a")} AND a.deleted_at IS NULL ORDER BY i.id DESC LIMIT {SHOWN}""",
    )


def files(viewer: User, of: list[int]) -> list[FileLine]:
    return walls.read(
        viewer,
        FileLine,
        f"""SELECT f.of_id, f.name, f.size, f.through, f.stored, f.duplicates, f.unreadable, f.troubles::text, f.ended_at IS NOT NULL
            FROM store_importfile f WHERE {walls.mine("f")} AND f.of_id = ANY(%(of)s) AND f.position < {FILES}
            ORDER BY f.of_id, f.position""",
        of=of,
    )
