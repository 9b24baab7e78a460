"""The tests' PostgreSQL: one embedded server a session, one template migrated as the owner role; tests serve as the app role.

Pages are tested in a transaction that is rolled back. A test with several processes gets a database of its own, copied from the template.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import connection
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

from teczka.store.server import Server
from teczka.store.server.roles import APP, DATABASE, OWNER

TEMPLATE = "teczka_template"
BYPASS = "teczka_bypass"  # sees through row-level security: what then holds is the query filter alone


def data_folder() -> Path:
    """A fresh data folder that the database's unprivileged user can pass through, when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="teczka-"))
    folder.chmod(0o711)
    return folder


class TestDatabase:
    __test__ = False

    def __init__(self, data: Path) -> None:
        binaries = os.environ.get("TECZKA_POSTGRES_BIN", "")
        self.data = data
        self.server = Server(data, Path(binaries) if binaries else None)

    def start(self) -> None:
        self.server.start()

    def make_template(self) -> None:
        """Call once migrated, before anything is connected."""
        self._as_superuser(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (TEMPLATE, DATABASE))))
        self._as_superuser(
            sql.SQL("CREATE ROLE {} LOGIN BYPASSRLS IN ROLE {}").format(*map(sql.Identifier, (BYPASS, APP)))
        )

    def owner_dsn(self, database: str = DATABASE) -> str:
        return self.server.dsn(database, OWNER)

    def app_dsn(self, database: str = DATABASE) -> str:
        return self.server.dsn(database, APP)

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The name of a fresh database; dropped afterwards, whoever is still connected."""
        name = f"teczka_{secrets.token_hex(6)}"
        create = "CREATE DATABASE {} TEMPLATE {} OWNER {}"
        self._as_superuser(sql.SQL(create).format(*map(sql.Identifier, (name, TEMPLATE, OWNER))))
        try:
            yield name
        finally:
            self._as_superuser(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        self.server.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def _as_superuser(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.server.dsn("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def own_copy(database: TestDatabase, blocker: DjangoDbBlocker) -> Iterator[dict[str, str]]:
    """A copy of the template that this process uses meanwhile; the environment of processes that shall serve from it."""
    with database.copy() as name, blocker.unblock():
        connection.close()
        before = connection.settings_dict["NAME"]
        connection.settings_dict["NAME"] = name
        try:
            yield {**os.environ, "TECZKA_DATABASE_URL": database.app_dsn(name)}
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before
