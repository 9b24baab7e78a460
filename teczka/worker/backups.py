"""The backup of each day, as the settings say (docs/settings.md): beside all other work, and after it."""

import logging
import os
import threading
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from teczka.actions.backup import Order, back_up, record_failure
from teczka.actions.backup_opening import secret_of
from teczka.core.errors import Problem, Trouble
from teczka.core.progress import Progress
from teczka.core.settings import Settings, settings
from teczka.store.owner import owner_conninfo
from teczka.store.queries.backups import newest, waits

EVERY = 300.0  # seconds
AGAIN = timedelta(hours=1)  # after one that failed, or was cut off
LOOK_SECONDS = 0.5  # for being asked to stop: what was begun is then cut off, and left over
NICE = 10  # pages go before

log = logging.getLogger(__name__)


def back_up_when_due(stopping: threading.Event) -> None:
    ours = settings()
    if not ours.backup_to or waits() or not is_due(ours, timezone.now()):
        return
    # A thread of its own: on Linux niceness is a thread's, and cannot be taken back. The process does not wait for it when it ends.
    thread = threading.Thread(target=_back_up, args=[ours], name="backup", daemon=True)
    thread.start()
    while thread.is_alive() and not stopping.is_set():
        thread.join(LOOK_SECONDS)


def is_due(ours: Settings, now: datetime) -> bool:
    """Whether none of this day has been made, by the machine's clock, nor tried in this hour."""
    here = now.astimezone()
    begins = here.replace(hour=ours.backup_at.hour, minute=ours.backup_at.minute, second=0, microsecond=0)
    if begins > here:
        begins -= timedelta(days=1)
    good, last = newest(by_itself=True, good=True), newest(by_itself=True)
    done = good is not None and good.started_at >= begins
    return not done and (last is None or last.good or now - last.started_at >= AGAIN)


def _back_up(ours: Settings) -> None:
    os.nice(NICE)
    try:
        _with_settings(ours)
    except Problem as problem:
        if problem.trouble is not Trouble.BACKUP_BUSY:  # another worker's
            log.warning("the backup failed: %s", problem.trouble.value)
    except Exception:
        log.exception("the backup failed")
    finally:
        connection.close()


def _with_settings(ours: Settings) -> None:
    try:
        secret = secret_of(ours.backup_passphrase, ours.backup_key_file)
        order = Order(ours.backup_to, secret, owner_conninfo(ours), ours.backup_days, by_itself=True)
    except Problem as problem:
        record_failure(ours.backup_to, problem)
        raise
    figures = back_up(order, _untold)
    log.info("backup %s: %s packs, %s of them new", figures.snapshot, figures.packs, figures.new_packs)


def _untold(_progress: Progress) -> None:
    """Nobody watches."""
