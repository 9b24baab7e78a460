"""`teczka run`: database, web, worker and readers together. The parent serves nothing; it restarts whatever ends."""

import sys

from teczka.actions.people import needs_set_up, set_up_token
from teczka.cli.house import check_database, parser, told
from teczka.cli.processes import Child, keep, stop_signals
from teczka.core.settings import Settings, settings
from teczka.store.migrate import migrate
from teczka.store.server import Server
from teczka.store.server.roles import DATABASE, OWNER


def main(argv: list[str]) -> int:
    options = parser("run", "Everything on this machine, until it is stopped.")
    options.add_argument("--port", type=int, default=8000)
    options.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    chosen = options.parse_args(argv)
    return told(lambda: _run(settings(), chosen.host, chosen.port))


def _run(ours: Settings, host: str, port: int) -> int:
    stopping = stop_signals()
    server = None if ours.database_url else Server(ours.data, ours.postgres_bin)
    if server:
        server.start()
    try:
        if server:
            migrate(server.dsn(DATABASE, OWNER))
        elif ours.database_owner_url:
            migrate(ours.database_owner_url)
        check_database()
        _greet(ours, host, port)
        keep(children(ours, host, port), lambda: _revive(server), stopping)
    finally:
        if server:
            server.stop()
    return 0


def children(ours: Settings, host: str, port: int) -> list[Child]:
    readers = [Child(f"reader {number + 1}", ["reader"]) for number in range(ours.readers)]
    return [Child("web", ["web", "--host", host, "--port", str(port)]), Child("worker", ["worker"]), *readers]


def _revive(server: Server | None) -> None:
    if server and not server.alive():
        sys.stderr.write("teczka: the database ended; started again\n")
        server.restart()


def _greet(ours: Settings, host: str, port: int) -> None:
    """The address, and until somebody can sign in the link that makes the office."""
    address = ours.url or f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0', '::'} else host}:{port}"  # noqa: S104
    sys.stdout.write(f"Teczka: {address}/\n")
    if needs_set_up():
        sys.stdout.write(f"First run: {address}/setup/{set_up_token(ours.keys)}/\n")
    sys.stdout.flush()
