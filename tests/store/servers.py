"""What the tests of the embedded PostgreSQL share."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from teczka.store.server import Server
from teczka.store.server.roles import APP, DATABASE, OWNER
from tests.stock import copied, data_folder, stocked

# One a run: `make test` takes the wheel's, `make test PG=debian` Debian's (TECZKA_POSTGRES_BIN).
GIVEN = Path(os.environ["TECZKA_POSTGRES_BIN"]) if os.environ.get("TECZKA_POSTGRES_BIN") else None
SOURCES = [pytest.param(GIVEN, id="given" if GIVEN else "wheel")]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")


def cluster(binaries: Path | None) -> Path:
    """A cluster as a first start leaves it: copying it is ten times faster than initdb."""

    def start_once(data: Path) -> None:
        server = Server(data, binaries)
        server.start()
        server.stop()

    return stocked("given" if binaries else "wheel", start_once) / "database"


@contextmanager
def unused(binaries: Path | None = None) -> Iterator[Server]:
    """A server whose data folder is not there yet."""
    home = data_folder()
    server = Server(home / "data", binaries)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(home)


@contextmanager
def stopped(binaries: Path | None = None) -> Iterator[Server]:
    """A server whose data folder has been used."""
    with unused(binaries) as server:
        server.folder.prepare()
        copied(cluster(binaries), server.folder.database)
        yield server


@contextmanager
def started(binaries: Path | None = None) -> Iterator[Server]:
    with stopped(binaries) as server:
        server.start()
        yield server


def keep_a_row(server: Server, text: str = "kept") -> None:
    with psycopg.connect(server.dsn(DATABASE, OWNER)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [text])


def rows(server: Server) -> list[str]:
    with psycopg.connect(server.dsn(DATABASE, OWNER)) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM kept")]


def ask(server: Server, query: str, role: str = APP) -> object:
    with psycopg.connect(server.dsn(DATABASE, role)) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def postmaster(server: Server) -> int:
    return int((server.folder.database / "postmaster.pid").read_text().splitlines()[0])


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
