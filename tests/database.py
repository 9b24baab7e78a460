"""The tests' PostgreSQL: one embedded server a process, from a data folder that was migrated once a run; tests serve as the app role.

Pages are tested in a transaction that is rolled back. A test with several processes gets a database of its own, copied from the template
and emptied for the next: emptying is ten times faster than copying.
"""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql
from psycopg._preparing import PrepareManager
from pytest_django.plugin import DjangoDbBlocker

from teczka.store.server import Server
from teczka.store.server.roles import APP, DATABASE, OWNER
from tests.stock import copied, stocked

FORGETS = PrepareManager.clear
TEMPLATE = "teczka_template"
# What it commits need not outlive the machine, and what it deletes not be swept up; nobody looks at its statistics or its log.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
BYPASS = "teczka_bypass"  # sees through row-level security: what then holds is the query filter alone

# Whoever is still connected but for these.
TURN_OUT = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> ALL(%s)
"""
# Deletes and asks no foreign key: all tables are emptied, but for what migrations wrote.
EMPTY = """
DO $$ DECLARE one regclass; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND relname <> 'django_migrations' LOOP
    EXECUTE format('DELETE FROM %s', one);
  END LOOP;
END $$
"""
# What is not worth sweeping up, and what would be read again and again by every test to come.
GROWN = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 1000000
"""
# Of DISCARD ALL what a test could leave behind: plans and what was read of the catalogue are what a connection is kept for.
FORGET = "CLOSE ALL; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); DISCARD TEMP"


def migrated() -> Path:
    """A data folder whose database has this version's shape, with a template of it for copies, and is empty."""
    return stocked("migrated", _migrate)


def _migrate(data: Path) -> None:
    command = [sys.executable, "-m", "teczka.cli", "migrate"]
    subprocess.run(command, env={**os.environ, "TECZKA_DATA": str(data)}, check=True)
    made = TestDatabase(data)
    made.server.start()
    made.as_superuser(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (TEMPLATE, DATABASE))))
    made.as_superuser(sql.SQL("CREATE ROLE {} LOGIN BYPASSRLS IN ROLE {}").format(*map(sql.Identifier, (BYPASS, APP))))
    made.server.stop()


class TestDatabase:
    __test__ = False

    def __init__(self, data: Path) -> None:
        binaries = os.environ.get("TECZKA_POSTGRES_BIN", "")
        self.data = data
        self.server = Server(data, Path(binaries) if binaries else None)
        self._emptied: list[str] = []
        # Kept for each copy: fresh ones would read the catalogue of all tables anew for each test.
        self._cleaners: dict[str, psycopg.Connection] = {}
        self.serving: dict[str, psycopg.Connection] = {}  # as the app role

    def start(self) -> None:
        folder = self.server.folder
        folder.prepare()
        copied(migrated() / folder.database.name, folder.database)
        with (folder.database / "postgresql.auto.conf").open("a") as settings:
            settings.write("\n".join(f"{name} = {value}" for name, value in SETTINGS.items()) + "\n")
        self.server.start()
        self._clean(DATABASE)

    def owner_dsn(self, database: str = DATABASE) -> str:
        return self.server.dsn(database, OWNER)

    def app_dsn(self, database: str = DATABASE) -> str:
        return self.server.dsn(database, APP)

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The name of an empty database. Emptied afterwards, whoever is still connected."""
        name = self._emptied.pop() if self._emptied else self._fresh()
        yield name
        cleaner, kept = self._cleaners[name], self.serving.get(name)
        cleaner.execute(TURN_OUT, [[one.info.backend_pid for one in (cleaner, kept) if one]])
        cleaner.execute(EMPTY)
        _sweep(cleaner)
        self._emptied.append(name)

    def sweep(self) -> None:
        """What tests of pages left that were rolled back."""
        _sweep(self._cleaners[DATABASE])

    def stop(self) -> None:
        for kept in (*self._cleaners.values(), *self.serving.values()):
            kept.close()
        self.server.stop()
        shutil.rmtree(self.data)

    def _fresh(self) -> str:
        name = f"teczka_{secrets.token_hex(6)}"
        create = "CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY"  # half the work of logging its pages
        self.as_superuser(sql.SQL(create).format(*map(sql.Identifier, (name, TEMPLATE, OWNER))))
        self._clean(name)
        return name

    def _clean(self, name: str) -> None:
        self._cleaners[name] = psycopg.connect(self.server.dsn(name, "postgres"), autocommit=True)

    def as_superuser(self, statement: sql.Composable, database: str = "postgres") -> None:
        with psycopg.connect(self.server.dsn(database, "postgres"), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def keeping_plans() -> Iterator[None]:
    """Tests of pages are rolled back, and psycopg would have a connection forget all its plans each time. None of theirs is of a table that
    goes. Given up for it: they do not see a page ask again after a rollback. In databases of a test's own, and in forks, all is forgotten.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PrepareManager, "clear", lambda _self: False)
        yield


@contextmanager
def own_copy(database: TestDatabase, blocker: DjangoDbBlocker) -> Iterator[dict[str, str]]:
    """A copy of the template that this process uses meanwhile; the environment of processes that shall serve from it."""
    with database.copy() as name, blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(PrepareManager, "clear", FORGETS)
        before, named = connections[DEFAULT_DB_ALIAS], connection.settings_dict["NAME"]
        connection.settings_dict["NAME"] = name  # of the connections of all threads
        connections[DEFAULT_DB_ALIAS] = _connected(database.serving.pop(name, None))
        try:
            yield {**os.environ, "TECZKA_DATABASE_URL": database.app_dsn(name)}
        finally:
            if rested := _rested():
                database.serving[name] = rested
            connection.close()
            connections[DEFAULT_DB_ALIAS] = before
            connection.settings_dict["NAME"] = named


def _sweep(cleaner: psycopg.Connection) -> None:
    for (name,) in cleaner.execute(GROWN).fetchall():
        # Without the end cut off: it would wait seconds for whoever has looked at the table.
        cleaner.execute(sql.SQL("VACUUM (TRUNCATE off) {}").format(sql.Identifier(name)))


def _connected(kept: psycopg.Connection | None) -> BaseDatabaseWrapper:
    """A new connection to Django, over one that there is already."""
    made = connections.create_connection(DEFAULT_DB_ALIAS)
    if kept:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(made, "get_new_connection", lambda _parameters: kept)
            made.connect()
    return made


def _rested() -> psycopg.Connection | None:
    """What this process is connected by, taken from Django and as if new, where it can serve the next test."""
    used: psycopg.Connection | None = connection.connection
    if used is None or used.closed or connection.in_atomic_block:
        return None
    try:
        used.rollback()
        used.autocommit = True
        used.execute(FORGET)
    except psycopg.Error:
        return None
    connection.connection = None
    return used
