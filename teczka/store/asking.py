"""Requests for a pass, everybody's."""

from teczka.store.statements import value_of


def forget(days: int) -> int:
    """By a function over the wall (migration 0019). Returns how many went."""
    return int(value_of("SELECT teczka_forget_requests(%s)", [days]))
