"""The database's own files, cleaned of what was erased: by `teczka erase`, and by `teczka run` at night."""

import logging
import threading
from datetime import datetime

import psycopg
from django.db import Error, connection

from teczka.core.settings import Settings
from teczka.store.cleaning import Busy, Cleaned, clean
from teczka.store.queries.doctor import unclean
from teczka.store.server import Server
from teczka.store.server.cluster import SUPERUSER
from teczka.store.server.roles import DATABASE

NIGHT = 3  # o'clock on this machine: each table is shut while it is written anew
LOOK_SECONDS = 1800.0

log = logging.getLogger(__name__)


def clean_database(ours: Settings) -> Cleaned | None:
    """None where the database is one's own, and nobody says how it is reached as its owner. Raises Busy."""
    if not ours.database_url:
        return clean(Server(ours.data, ours.postgres_bin).dsn(DATABASE, SUPERUSER))
    return clean(ours.database_owner_url) if ours.database_owner_url else None


def clean_at_night(ours: Settings, stopping: threading.Event) -> None:
    """Until asked to stop. Where nothing was erased, nothing is done."""
    while not stopping.wait(LOOK_SECONDS):
        try:
            if datetime.now().astimezone().hour == NIGHT and unclean():
                log.info("the database's files were cleaned of what was erased: %s", clean_database(ours))
        except (Busy, psycopg.Error, Error, OSError):
            log.exception("the database's files could not be cleaned of what was erased")
        finally:
            connection.close()
