"""One at a time, among all processes of the installation: advisory locks. PostgreSQL lets go of them with a process that dies.

`alone` and `packs_stay` hold one as long as a connection of their own, never through Django's or a pooler's (as store/leases.py, which
waits for nobody); the others hold theirs until the transaction ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection as serving

from teczka.store.connections import parameters

# First keys of pg_advisory_lock(int, int), after those of store/leases.py and store/reading.py.
TOKENS = 4  # the second is the account's id
KEYS = 5
ROTATION = 6
AUDIT = 7  # the second is the office's id; held by teczka_audit (migration 0003)
PACKS = 8  # alone by whoever deletes an object that held a pack; together by backups, which read what rows may have left since
BACKUP = 9
STRAYS = 10  # held by the trigger on packs and by teczka_condemn (migration 0007)
SCRUB = 11


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


@contextmanager
def packs_stay() -> Iterator[None]:
    """No pack's object goes meanwhile, though its rows may. Waits for whoever is just deleting one."""
    with psycopg.connect(**parameters(), application_name="teczka backup", autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock_shared(%s, 0)", [PACKS])
        yield


def hold_keys() -> None:
    """Until the transaction ends, no key goes that it may be sealing with, or opening what it reads from here on."""
    with serving.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, 0)", [KEYS])


def have_keys_alone() -> None:
    """Until the transaction ends nobody seals or opens anything; whoever did has committed."""
    with serving.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [KEYS])
