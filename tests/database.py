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
from django.db import DEFAULT_DB_ALIAS, connection, connections
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

from teczka.store.server import Server
from teczka.store.server.roles import APP, DATABASE, OWNER
from tests.stock import copied, stocked

TEMPLATE = "teczka_template"
BYPASS = "teczka_bypass"  # sees through row-level security: what then holds is the query filter alone

# Deletes and asks no foreign key: all tables are emptied, but for what migrations wrote.
EMPTY = """
DO $$ DECLARE one regclass; BEGIN
  PERFORM pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission') LOOP
    EXECUTE format('DELETE FROM %s', one);
  END LOOP;
END $$
"""


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

    def start(self) -> None:
        """What it commits need not outlive the machine, and what it deletes not be swept up."""
        folder = self.server.folder
        folder.prepare()
        copied(migrated() / folder.database.name, folder.database)
        with (folder.database / "postgresql.auto.conf").open("a") as settings:
            settings.write("fsync = off\nfull_page_writes = off\nsynchronous_commit = off\nautovacuum = off\n")
        self.server.start()

    def owner_dsn(self, database: str = DATABASE) -> str:
        return self.server.dsn(database, OWNER)

    def app_dsn(self, database: str = DATABASE) -> str:
        return self.server.dsn(database, APP)

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The name of an empty database. Emptied afterwards, whoever is still connected."""
        name = self._emptied.pop() if self._emptied else self._fresh()
        yield name
        self.as_superuser(sql.SQL(EMPTY), name)
        self._emptied.append(name)

    def stop(self) -> None:
        self.server.stop()
        shutil.rmtree(self.data)

    def _fresh(self) -> str:
        name = f"teczka_{secrets.token_hex(6)}"
        create = "CREATE DATABASE {} TEMPLATE {} OWNER {}"
        self.as_superuser(sql.SQL(create).format(*map(sql.Identifier, (name, TEMPLATE, OWNER))))
        return name

    def as_superuser(self, statement: sql.Composable, database: str = "postgres") -> None:
        with psycopg.connect(self.server.dsn(database, "postgres"), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def own_copy(database: TestDatabase, blocker: DjangoDbBlocker) -> Iterator[dict[str, str]]:
    """A copy of the template that this process uses meanwhile; the environment of processes that shall serve from it."""
    with database.copy() as name, blocker.unblock():
        before, named = connections[DEFAULT_DB_ALIAS], connection.settings_dict["NAME"]
        connections[DEFAULT_DB_ALIAS] = connections.create_connection(DEFAULT_DB_ALIAS)
        connection.settings_dict["NAME"] = name  # of the connections of all threads
        try:
            yield {**os.environ, "TECZKA_DATABASE_URL": database.app_dsn(name)}
        finally:
            connection.close()
            connections[DEFAULT_DB_ALIAS] = before
            connection.settings_dict["NAME"] = named
