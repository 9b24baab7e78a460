"""One speaker per account: who may talk to an account's servers just now.

A session advisory lock decides. It lives on a connection of its own, never through Django's or a pooler's, and PostgreSQL drops it with
the connection, so a killed worker's accounts are free at once. The epoch fences: each taking raises it, and every commit of the holder
compares it (`fence`), so a worker whose connection died without its knowing can write nothing.
"""

import os
import socket
from dataclasses import dataclass
from typing import LiteralString

import psycopg

from teczka.core.errors import LeaseLost
from teczka.store.connections import parameters
from teczka.store.statements import execute, value_of

SPACE = 1  # first key of pg_try_advisory_lock(int, int); the second is the account's id
WORKERS = 2  # the space in which every worker holds one shared lock, so that they can count one another
PATIENCE_SECONDS = 1  # with a former holder's last transaction; it keeps the row of the epoch until it ends

# Read FOR SHARE, the epoch cannot rise before we commit. A holder that freezes in between must not keep the next one out for ever.
FENCE = """
SELECT epoch, set_config('idle_in_transaction_session_timeout', %s, true) FROM store_lease WHERE account_id = %s FOR SHARE
"""
STUCK_SECONDS = 20  # between two statements of one transaction; bytes are written before it begins


@dataclass(frozen=True, slots=True)
class Lease:
    account_id: int
    epoch: int


class Leases:
    """All leases of one process, on one connection. Not for several threads at once."""

    def __init__(self, *, sharing: bool = True) -> None:
        """`sharing`: as one of the workers among whom accounts are shared out; a command for one pass is none.

        Raises psycopg.OperationalError where the database is not there.
        """
        self._connection = psycopg.connect(**parameters(), application_name="teczka leases", autocommit=True)
        self._holder = f"{socket.gethostname()}:{os.getpid()}"
        self._held: dict[int, Lease] = {}
        self._connection.execute(f"SET lock_timeout = '{PATIENCE_SECONDS}s'")
        if sharing:
            self._connection.execute("SELECT pg_advisory_lock_shared(%s, 0)", [WORKERS])

    def workers(self) -> int:
        """How many workers there are just now. Raises psycopg.OperationalError where the connection is lost, and all
        leases with it: close this, stop their work, begin anew."""
        return self._value(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = 0 AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            WORKERS,
        )

    def try_take(self, account_id: int) -> Lease | None:
        """None while another holds it, or still writes though its connection here was cut, or its office waits after it was restored.
        Taken again by its own holder it stays the same lease."""
        if account_id in self._held:
            return self._held[account_id]
        if self._value("SELECT teczka_waits(%s)::integer", account_id):
            return None
        if not self._value("SELECT pg_try_advisory_lock(%s, %s)", SPACE, account_id):
            return None
        try:
            epoch = self._raise_epoch(account_id)
        except psycopg.errors.LockNotAvailable:
            self._value("SELECT pg_advisory_unlock(%s, %s)", SPACE, account_id)
            return None
        self._held[account_id] = Lease(account_id, epoch)
        return self._held[account_id]

    def _raise_epoch(self, account_id: int) -> int:
        return self._value(
            "INSERT INTO store_lease AS l (account_id, epoch, holder, taken_at) VALUES (%s, 1, %s, now())"
            " ON CONFLICT (account_id) DO UPDATE SET epoch = l.epoch + 1, holder = excluded.holder, taken_at = now() RETURNING epoch",
            account_id,
            self._holder,
        )

    def release(self, lease: Lease) -> None:
        """Let another take it. Nothing where it is not held. The epoch rises, so a pass that is still under way ends at its next commit."""
        if self._held.pop(lease.account_id, None):
            try:
                self._connection.execute(
                    "UPDATE store_lease SET epoch = epoch + 1 WHERE account_id = %s AND epoch = %s",
                    [lease.account_id, lease.epoch],
                )
            except psycopg.errors.LockNotAvailable:
                pass  # our pass is just writing; whoever takes the account next raises the epoch
            self._value("SELECT pg_advisory_unlock(%s, %s)", SPACE, lease.account_id)

    @property
    def held(self) -> list[Lease]:
        return list(self._held.values())

    def close(self) -> None:
        """Frees all."""
        try:
            for lease in self.held:
                self.release(lease)
        except psycopg.OperationalError:
            pass  # the database is gone, and with it the locks
        finally:
            self._held.clear()
            self._connection.close()

    def _value(self, statement: LiteralString, *values: object) -> int:
        row = self._connection.execute(statement, values).fetchone()
        return int(row[0]) if row else 0


def revoke(account_id: int) -> None:
    """Within a transaction: once it commits, whoever speaks for the account just now can write no more and has to take it anew. Waits for
    what the holder is just writing: so this comes before any other change of the account's rows, in the holder's own order."""
    execute("UPDATE store_lease SET epoch = epoch + 1 WHERE account_id = %s", [account_id])


def fence(account_id: int, epoch: int) -> None:
    """First in each transaction of the lease's holder, as the owner: it commits before the lease passes on, or not at all. Raises
    LeaseLost."""
    if value_of(FENCE, [f"{STUCK_SECONDS}s", account_id]) != epoch:
        raise LeaseLost
