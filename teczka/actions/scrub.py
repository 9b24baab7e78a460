"""The slow reading of all packs, round and round: a disk that forgets is found out while a backup still has what it forgot.

A pack at a time, the one that was read longest ago first; where it stands is in the packs' own rows, so that it goes on after a restart
where it was. One at a time among all workers.
"""

import logging
import threading
from uuid import UUID

from django.db import connection

from teczka.core.settings import settings
from teczka.store.blobs import blobs
from teczka.store.compaction import Living, living
from teczka.store.locks import SCRUB, alone
from teczka.store.models import Pack
from teczka.store.packs.format import Entry, PackDamaged, key
from teczka.store.packs.reader import scan
from teczka.store.scrub import checked, due
from teczka.store.viewer import as_user

AT_ONCE = 100
MEGABYTE = 1_000_000

log = logging.getLogger(__name__)


def scrub(stopping: threading.Event) -> int:
    """Whatever is due, at the speed of the settings, until all is read or it is asked to stop. Returns how many packs it read."""
    days, rate = settings().scrub_days, settings().scrub_rate * MEGABYTE
    if not days or not rate:
        return 0
    try:
        with alone(SCRUB, 0, 0.1):
            return _read_due(days, rate, stopping)
    except TimeoutError:  # another worker is at it
        return 0
    finally:
        connection.close()


def _read_due(days: int, rate: int, stopping: threading.Event) -> int:
    done = 0
    while packs := due(days, AT_ONCE):
        for pack, owner, size in packs:
            if stopping.is_set():
                return done
            check_pack(owner, pack)
            done += 1
            stopping.wait(size / rate)
    return done


def check_pack(owner_id: int, pack: UUID) -> str:
    """What is wrong with it, from its first byte to its last and against its rows; kept in its row. Empty: nothing."""
    wrong = _wrong(owner_id, pack)
    with as_user(owner_id):
        still = checked(pack, wrong)
    if not still:  # it was retired meanwhile, and its object may be gone
        return ""
    if wrong:
        log.error("pack %s is damaged: %s", pack, wrong)
    return wrong


def _wrong(owner_id: int, pack: UUID) -> str:
    with as_user(owner_id):
        size = Pack.objects.filter(pk=pack).values_list("size", flat=True).first()
        rows = living(pack)
    try:
        there = blobs().size(key(pack))
        if there != size:
            return f"{there} bytes instead of {size}"
        return _missing(rows, set(scan(blobs(), pack)))
    except FileNotFoundError:
        return "its object is not there"
    except PackDamaged as damaged:
        return str(damaged)


def _missing(rows: list[Living], entries: set[Entry]) -> str:
    lost = [row.entry.offset for row in rows if row.entry not in entries]
    return f"at {lost[0]}: another entry than the database says" if lost else ""
