"""Taking somebody's passkeys away from outside, past the wall around them (migration 0017)."""

from teczka.store.statements import value_of


def drop(whom: int) -> int:
    """All of a person's: by an administrator of their office, within `as_user`; by the machine's keeper, outside it. How many there were;
    nothing of them is read."""
    return int(value_of("SELECT teczka_drop_passkeys(%s)", [whom]))
