"""Whose eyes the database looks through.

Every query on private tables runs inside `as_user`; outside it row-level security shows nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

_viewer: ContextVar[int | None] = ContextVar("viewer", default=None)


@contextmanager
def as_user(user_id: int) -> Iterator[None]:
    """A transaction in which the app role sees what this user may see (SET LOCAL, so nothing outlives the transaction).

    Nested for the same user it is free. Nested for another it is refused: a page that needs two pairs of eyes is a mistake.
    """
    current = _viewer.get()
    if current == user_id:
        yield
        return
    if current is not None:
        raise RuntimeError(f"already looking as user {current}")
    token = _viewer.set(user_id)
    try:
        outermost = not connection.in_atomic_block
        with transaction.atomic():
            _look_as(user_id)
            yield
            if not outermost:  # a commit forgets SET LOCAL, a savepoint does not
                _look_as(None)
    finally:
        _viewer.reset(token)


def _look_as(user_id: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('teczka.viewer', %s, true)", [str(user_id) if user_id else ""])
