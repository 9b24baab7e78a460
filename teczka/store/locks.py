"""One at a time, among all processes of the installation: advisory locks that live as long as a connection of their own.

Never through Django's connection or a pooler's; a process that dies lets go at once (as store/leases.py, which waits for nobody).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from teczka.store.connections import parameters

TOKENS = 3  # first key of pg_advisory_lock(int, int), after those of store/leases.py; the second is the account's id


@contextmanager
def alone(space: int, key: int, seconds: float) -> Iterator[None]:
    """Raises TimeoutError where another holds the lock for so long, psycopg.OperationalError where the database is not there."""
    with psycopg.connect(**parameters(), application_name="teczka lock", autocommit=True) as connection:
        connection.execute("SELECT set_config('lock_timeout', %s, false)", [f"{round(seconds * 1000)}ms"])
        try:
            connection.execute("SELECT pg_advisory_lock(%s, %s)", [space, key])
        except psycopg.errors.LockNotAvailable as error:
            raise TimeoutError from error
        yield
