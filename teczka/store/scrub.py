"""How far the packs were read from end to end: in their own rows."""

from uuid import UUID

from teczka.store.statements import execute, rows_of


def due(days: float, most: int) -> list[tuple[UUID, int, int]]:
    """(pack, owner, bytes) of everybody's packs that were not read for so long, those never read before all others."""
    return rows_of("SELECT pack, owner, size FROM teczka_scrub_next(%s, %s)", [days, most])


def checked(pack: UUID, wrong: str) -> bool:
    """As its owner. False of one that was retired meanwhile."""
    checked_now = "UPDATE store_pack SET checked_at = now(), damaged = %s WHERE id = %s AND retired_at IS NULL"
    return bool(execute(checked_now, [wrong, pack]))
