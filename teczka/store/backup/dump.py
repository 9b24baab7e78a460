"""The database as SQL, by PostgreSQL's own pg_dump, and that SQL back into an empty one.

In words and not in pg_dump's archive form: those of a newer pg_dump no older PostgreSQL can restore, and statements any.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from teczka.core.errors import Problem, Trouble
from teczka.store.server.binaries import ENVIRONMENT, client

READ_BYTES = 1_000_000
# Sessions are nobody's loss, and whoever restores a backup shall not be signed in as somebody by it.
NOT_DUMPED = ("django_session",)
COPY_BEGINS, COPY_ENDS = b"COPY ", b"\\.\n"
# Set by newer pg_dumps, unknown to older servers; and what only psql understands.
SKIPPED = (b"SET transaction_timeout", b"\\restrict ", b"\\unrestrict ")

SPEAKS_TLS = (
    "Teczka's own pg_dump speaks no TLS: TECZKA_POSTGRES_BIN names a folder with one that does (docs/deploy.md)."
)


def dump(owner_conninfo: str, snapshot: str, binaries: Path | None) -> Iterator[bytes]:
    """The whole database as this exported snapshot shows it. Raises Problem(DATABASE_FAILED) where pg_dump fails."""
    parts: dict[str, Any] = dict(conninfo_to_dict(owner_conninfo))
    password = parts.pop("password", None)
    command = [str(client("pg_dump", binaries)), "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    command += [f"--exclude-table-data={table}" for table in NOT_DUMPED]
    command.append(f"--dbname={make_conninfo(**parts)}")  # an argument can be read by everybody: no password in it
    environment = ENVIRONMENT | _tls() | ({"PGPASSWORD": str(password)} if password else {})
    reading, writing = os.pipe()
    with tempfile.TemporaryFile() as said, os.fdopen(reading, "rb") as dumped:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=writing, stderr=said)
        os.close(writing)
        try:
            while piece := dumped.read(READ_BYTES):
                yield piece
            if process.wait():
                said.seek(0)
                told = said.read(2_000).decode(errors="replace").strip()
                remedy = f" {SPEAKS_TLS}" if "SSL support is not compiled in" in told else ""
                raise Problem(Trouble.DATABASE_FAILED, log="pg_dump", detail=told + remedy)
        finally:
            process.kill()
            process.wait()


def replay(connection: psycopg.Connection[Any], dumped: Iterable[bytes]) -> None:
    """Within the caller's transaction, as the owner of an empty database."""
    statements: list[bytes] = []
    lines = _lines(dumped)
    for line in lines:
        if line.startswith(COPY_BEGINS) and line.endswith(b" FROM stdin;\n"):
            _run(connection, statements)
            with connection.cursor().copy(line) as copy:
                while (row := next(lines)) != COPY_ENDS:
                    copy.write(row)
        elif not line.startswith(SKIPPED):
            statements.append(line)
    _run(connection, statements)


def analyse(owner_conninfo: str) -> None:
    """Or the first searches would be planned as of empty tables."""
    with psycopg.connect(owner_conninfo, autocommit=True) as connection:
        connection.execute("ANALYZE")


@contextmanager
def exported(owner_conninfo: str) -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """A transaction that sees the database as it is now, and the name under which others see the same while it lasts."""
    with psycopg.connect(owner_conninfo, application_name="teczka backup") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        (name,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        yield connection, name


def _run(connection: psycopg.Connection[Any], statements: list[bytes]) -> None:
    if statements:
        connection.execute(b"".join(statements))
        statements.clear()


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).splitlines(keepends=True)
        if rest.endswith(b"\n"):
            whole, rest = [*whole, rest], b""
        yield from whole
    if rest:
        yield rest


def _tls() -> dict[str, str]:
    """Where libpq looks for authorities that a connection string does not name."""
    return {"HOME": os.environ["HOME"]} if "HOME" in os.environ else {}
