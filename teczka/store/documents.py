"""The end of documents: everybody's, by a function over the wall (migration 0004)."""

from uuid import UUID

from teczka.store.statements import rows_of


def forget(days: int, most: int) -> list[UUID]:
    """Removed so long ago. Returns their packs, in which nothing lies any more."""
    return [pack for (pack,) in rows_of("SELECT pack_id FROM teczka_forget_documents(%s, %s)", [days, most])]
