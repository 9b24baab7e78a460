"""Taking somebody's second step away from outside, past the wall around it (migration 0016)."""

from uuid import UUID

from teczka.store.statements import execute


def drop(whom: int) -> None:
    """By an administrator of their office, within `as_user`; by the machine's keeper, outside it. Nothing of it is read."""
    execute("SELECT teczka_drop_second_factor(%s)", [whom])


def note_as_keeper(office: int, verb: str, person: UUID) -> None:
    """In the office's register, by nobody. Outside `as_user`, and the last statement of its transaction."""
    execute("SELECT teczka_audit_keeper(%s, %s, ARRAY[%s]::uuid[])", [office, verb, person])
