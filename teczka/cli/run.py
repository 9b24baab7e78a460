"""`teczka run`: database, web, worker and readers together. The parent serves nothing; it restarts whatever ends."""

import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

import psycopg

from teczka.actions.people import needs_set_up, set_up_token
from teczka.cli.cleaning import clean_at_night
from teczka.cli.house import check_database, complain, parser, told
from teczka.cli.listening import listen, port
from teczka.cli.processes import Child, keep, pause, stop_signals
from teczka.core.errors import Problem
from teczka.core.problems import in_words
from teczka.core.settings import Settings, settings
from teczka.store.migrate import migrate
from teczka.store.secrets import Keys
from teczka.store.server import Server
from teczka.store.server.roles import DATABASE, OWNER


def main(argv: list[str]) -> int:
    options = parser("run", "Everything on this machine, until it is stopped.")
    options.add_argument("--port", type=port, default=8000, help="0: any that is free")
    options.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    chosen = options.parse_args(argv)
    return told(lambda: _run(settings(), chosen.host, chosen.port))


def _run(ours: Settings, host: str, port: int) -> int:
    stopping = stop_signals()
    with listen(host, port) as door, database(ours) as revive:
        _greet(ours, host, door.getsockname()[1])
        Thread(target=clean_at_night, args=(ours, stopping), name="cleaning", daemon=True).start()
        keep(children(ours, door), revive, stopping)
    return 0


@dataclass
class Revival:
    """Of the database, where it has ended. One that does not start, on a full disk for example, is tried again for as long as it takes."""

    server: Server
    failures: int = 0
    due: float = 0.0

    def look(self) -> None:
        if self.server.alive() or time.monotonic() < self.due:
            return
        if not self.failures:
            sys.stderr.write("teczka: the database ended; started again\n")
        try:
            self.server.restart()
        except (Problem, OSError, psycopg.Error) as failed:
            if not self.failures:
                why = in_words(failed) if isinstance(failed, Problem) else str(failed)
                complain(f"{why} It is tried again until it starts.")
            self.failures += 1
            self.due = time.monotonic() + pause(self.failures)
        else:
            if self.failures:
                sys.stderr.write("teczka: the database runs again\n")
            self.failures = 0


@contextmanager
def database(ours: Settings) -> Iterator[Callable[[], None]]:
    """The database, of this version's shape. Yields what starts it again where it has ended."""
    server = None if ours.database_url else Server(ours.data, ours.postgres_bin)
    if server:
        server.start()
    try:
        if server:
            migrate(server.dsn(DATABASE, OWNER))
        elif ours.database_owner_url:
            migrate(ours.database_owner_url)
            Keys(ours.keys).prepare()
        check_database()
        yield Revival(server).look if server else lambda: None
    finally:
        if server:
            server.stop()


def children(ours: Settings, door: socket.socket) -> list[Child]:
    """The parent holds the port: it stays open while the web process starts anew, and a browser only waits a moment longer."""
    readers = [Child(f"reader {number + 1}", ["reader"]) for number in range(ours.readers)]
    web = Child("web", ["web", "--socket", str(door.fileno())], [door.fileno()])
    return [web, Child("worker", ["worker"]), *readers]


def address(ours: Settings, host: str, port: int) -> str:
    return ours.url or f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0', '::'} else host}:{port}"  # noqa: S104


def _greet(ours: Settings, host: str, port: int) -> None:
    """The address, and until somebody can sign in the link that makes the office."""
    here = address(ours, host, port)
    sys.stdout.write(f"Teczka: {here}/\n")
    if needs_set_up():
        sys.stdout.write(f"First run: {here}/setup/{set_up_token(ours.keys)}/\n")
    sys.stdout.flush()
