"""What a worker clears away, at its start and then every hour."""

import logging
import threading

from django.db import connection

from teczka.actions.asking import forget_requests
from teczka.actions.documents import forget_documents
from teczka.actions.packs import compact_wasted, remove_retired, sweep_strays
from teczka.actions.removal import remove_the_doomed
from teczka.actions.uploads import forget_drafts
from teczka.store.acts import forget_old
from teczka.store.blobs import blobs
from teczka.store.packs.folder import sweep
from teczka.store.sessions import forget_expired

ABANDONED_SECONDS = 24 * 3600.0  # nobody writes one file for so long, on whichever machine

HOURLY = 3600.0  # seconds

log = logging.getLogger(__name__)


def tidy(stopping: threading.Event) -> None:
    """Files of batches that a kill cut off: nothing refers to them, what was committed lies elsewhere. What was done to mail and asked of
    servers long ago, sessions that have expired, and drafts and documents that were thrown away. Deleted accounts whose mail was to go with
    them. And packs in which little or nothing lives; asked to stop, the rest waits for the next time."""
    swept = sweep(blobs().incoming, ABANDONED_SECONDS)
    if swept:
        log.info("%s half-written files of interrupted batches were removed", swept)
    forget_old()
    forget_requests()
    forget_drafts()
    forget_documents()
    forget_expired()
    try:
        remove_the_doomed(stopping)
        compact_wasted(stopping)
        remove_retired()
        sweep_strays()
    finally:
        connection.close()  # an hour is long
