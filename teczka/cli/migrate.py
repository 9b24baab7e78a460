"""`teczka migrate`: for a database of one's own, or before a newer `teczka web` and `teczka worker` start."""

from teczka.cli.house import Refused, parser, told
from teczka.core.settings import settings
from teczka.store.migrate import migrate
from teczka.store.secrets import Keys
from teczka.store.server import Server
from teczka.store.server.roles import DATABASE, OWNER


def main(argv: list[str]) -> int:
    parser("migrate", "Bring the database to this version's shape, as its owner role.").parse_args(argv)
    return told(_migrate)


def _migrate() -> int:
    ours = settings()
    if ours.database_url and not ours.database_owner_url:
        raise Refused("TECZKA_DATABASE_OWNER_URL must name the database as its owner role.")
    if ours.database_url:
        migrate(ours.database_owner_url)
        Keys(ours.keys).prepare()
        return 0
    server = Server(ours.data, ours.postgres_bin)
    server.start()
    try:
        migrate(server.dsn(DATABASE, OWNER))
    finally:
        server.stop()
    return 0
