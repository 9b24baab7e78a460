"""What a deleted row leaves behind in the database's own files: dead rows in its table, words in indexes and statistics, and all that was
ever written in the write-ahead log.

PostgreSQL overwrites none of it by itself (VACUUM makes room, and leaves the bytes). So each table is written anew, with its indexes, the
statistics are thrown away and taken again, and the log goes on through all its segments until each has been written over.
"""

import time
from dataclasses import dataclass

import psycopg
from psycopg import sql

from teczka.store.locks import BACKUP, alone

LOCK_SECONDS = 5  # with whoever is using a table: those who come after it wait for us meanwhile
TRIES = 10
OLD_SECONDS = 60.0  # with transactions that began before, and may still see what is dead

TABLES = """
SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname LIKE 'store\\_%'
ORDER BY c.relname
"""
STATISTICS = """
DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
"""
# Somebody's snapshot is older than this transaction.
OLDER = """
SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()
  AND age(backend_xmin) > age(%s::text::xid))
"""
SEGMENTS = "SELECT count(*) FROM pg_ls_waldir()"
# A replica or an archive has not got them yet.
KEPT_SEGMENTS = """
SELECT count(*) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$' AND name < (SELECT redo_wal_file FROM pg_control_checkpoint())
"""
CLEANED = "UPDATE store_erased SET cleaned_at = now() WHERE cleaned_at IS NULL AND at <= %s"


@dataclass(frozen=True, slots=True)
class Cleaned:
    tables: int
    log: bool  # the write-ahead log, and the statistics: a superuser's to clean
    seconds: float


class Busy(Exception):
    """A backup, or a transaction that does not end, still needs what is dead. Nothing was lost: it is for another time."""


def clean(conninfo: str) -> Cleaned:
    """Costs as much as writing all tables once, and each is shut while it is written: for the night. `conninfo`: as a superuser, or as the
    tables' owner, who cannot clean everything. Raises Busy, psycopg.Error."""
    began = time.monotonic()
    try:
        with alone(BACKUP, 0, 1.0), psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(sql.SQL("SET lock_timeout = {}").format(sql.Literal(f"{LOCK_SECONDS}s")))
            since = _scalar(connection, "SELECT clock_timestamp()")
            whole = bool(_scalar(connection, "SELECT usesuper FROM pg_user WHERE usename = current_user"))
            _await_old(connection)
            if whole:
                connection.execute(STATISTICS)
            tables = [name for (name,) in connection.execute(TABLES).fetchall()]
            for name in tables:
                _rewrite(connection, sql.Identifier(name))
            if whole:
                _rewrite(connection, sql.SQL("pg_statistic"))
                _write_log_over(connection)
                connection.execute(CLEANED, [since])
    except TimeoutError as backup:
        raise Busy from backup
    return Cleaned(len(tables), whole, round(time.monotonic() - began, 1))


def _rewrite(connection: psycopg.Connection, table: sql.Composable) -> None:
    for _ in range(TRIES):
        try:
            connection.execute(sql.SQL("VACUUM (FULL, ANALYZE) {}").format(table))
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            continue
        return
    raise Busy


def _await_old(connection: psycopg.Connection) -> None:
    ours = _scalar(connection, "SELECT pg_current_xact_id()::text")
    deadline = time.monotonic() + OLD_SECONDS
    while _scalar(connection, OLDER, str(int(str(ours)) % 2**32)):
        if time.monotonic() > deadline:
            raise Busy
        time.sleep(0.1)


def _write_log_over(connection: psycopg.Connection) -> None:
    """Segments that are over get new names at a checkpoint, for later, with all that stands in them; each that is gone through is written
    to its end. So: begin a new one, have all before it renamed or removed, and go through as many as there are."""
    _next_segment(connection)
    connection.execute("CHECKPOINT")
    if _scalar(connection, KEPT_SEGMENTS):
        raise Busy
    for _ in range(int(str(_scalar(connection, SEGMENTS))) + 1):
        _next_segment(connection)


def _next_segment(connection: psycopg.Connection) -> None:
    connection.execute(
        "SELECT pg_logical_emit_message(false, 'teczka', '')"
    )  # of one in which nothing is, there is no next
    connection.execute("SELECT pg_switch_wal()")


def _scalar(connection: psycopg.Connection, statement: str, *values: object) -> object:
    row = connection.execute(statement.encode(), values).fetchone()
    return row[0] if row else None
