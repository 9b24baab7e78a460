"""The database as the role that owns it, and that no wall binds: for migrating, and for backups of all of it."""

from teczka.core.errors import Problem, Trouble
from teczka.core.settings import Settings
from teczka.store.server import Server
from teczka.store.server.roles import DATABASE, OWNER


def owner_conninfo(ours: Settings) -> str:
    """Raises Problem(BACKUP_OWNER) where the database is another server's and nobody told."""
    if not ours.database_url:
        return Server(ours.data, ours.postgres_bin).dsn(DATABASE, OWNER)
    if not ours.database_owner_url:
        raise Problem(Trouble.BACKUP_OWNER)
    return ours.database_owner_url
