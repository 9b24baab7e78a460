"""Which keys anything is sealed with: everybody's, by a function over the wall (migration 0002)."""

from teczka.store.statements import rows_of


def keys_in_use() -> set[str]:
    return {key for (key,) in rows_of("SELECT key_id FROM teczka_keys()")}
