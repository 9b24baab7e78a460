"""One speaker per account: who may talk to an account's servers just now (design §4).

A session advisory lock decides. It lives on a connection of its own, never through Django's or a pooler's, and PostgreSQL drops it with
the connection, so a killed worker's accounts are free at once. The epoch fences: each taking raises it, and every commit of the holder
compares it (store/mail.py), so a worker whose connection died without its knowing can write nothing.
"""

import os
import socket
from dataclasses import dataclass

import psycopg
from django.db import connection

SPACE = 1  # first key of pg_try_advisory_lock(int, int); the second is the account's id
# A holder whose machine vanished is found out within 30 seconds.
KEEPALIVE = {"keepalives": 1, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 4}


@dataclass(frozen=True, slots=True)
class Lease:
    account_id: int
    epoch: int


class Leases:
    """All leases of one worker, on one connection. Not for several threads at once."""

    def __init__(self) -> None:
        """Raises psycopg.OperationalError where the database is not there."""
        parameters = connection.get_connection_params()
        wanted = (
            "dbname",
            "host",
            "port",
            "user",
            "password",
            "sslmode",
            "sslrootcert",
            "sslcert",
            "sslkey",
            "service",
        )
        chosen = {name: parameters[name] for name in wanted if parameters.get(name)}
        self._connection = psycopg.connect(**chosen, **KEEPALIVE, autocommit=True, application_name="teczka leases")
        self._holder = f"{socket.gethostname()}:{os.getpid()}"
        self._held: dict[int, Lease] = {}

    def try_take(self, account_id: int) -> Lease | None:
        """None while another holds it. Taken again by its own holder it stays the same lease."""
        if account_id in self._held:
            return self._held[account_id]
        if not self._value("SELECT pg_try_advisory_lock(%s, %s)", SPACE, account_id):
            return None
        epoch = self._value(
            "INSERT INTO store_lease AS l (account_id, epoch, holder, taken_at) VALUES (%s, 1, %s, now())"
            " ON CONFLICT (account_id) DO UPDATE SET epoch = l.epoch + 1, holder = excluded.holder, taken_at = now() RETURNING epoch",
            account_id,
            self._holder,
        )
        self._held[account_id] = Lease(account_id, epoch)
        return self._held[account_id]

    def release(self, lease: Lease) -> None:
        """Let another take it. Nothing where it is not held."""
        if self._held.pop(lease.account_id, None):
            self._value("SELECT pg_advisory_unlock(%s, %s)", SPACE, lease.account_id)

    @property
    def held(self) -> list[Lease]:
        return list(self._held.values())

    def alive(self) -> bool:
        """Whether the connection still stands. Where it does not, all leases are lost: close this, stop their work, begin anew."""
        try:
            self._value("SELECT 1")
        except psycopg.OperationalError:
            self._held.clear()
            return False
        return True

    def close(self) -> None:
        """Frees all."""
        self._held.clear()
        self._connection.close()

    def _value(self, statement: str, *values: object) -> int:
        row = self._connection.execute(statement, values).fetchone()  # type: ignore[call-overload]  # constants of this file
        assert row is not None
        return int(row[0])
