"""Imports that wait for a worker: everybody's, by a function over the wall (migration 0008)."""

from teczka.store.statements import rows_of


def imports_at_work() -> list[tuple[int, int]]:
    """(import, owner), the oldest first."""
    return [(import_id, owner) for import_id, owner in rows_of("SELECT import_id, owner_id FROM teczka_imports()")]
