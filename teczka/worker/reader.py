"""A reader: takes what waits in the durable queue, and sleeps until it is told that more came."""

import gc
import threading

import psycopg

from teczka.actions.numbering import renumber
from teczka.actions.reading import read_some, reread, rest, warm_up
from teczka.core.settings import settings
from teczka.store.connections import listener
from teczka.store.events import UNREAD
from teczka.worker.extraction import Extraction

BATCH = 50  # messages a transaction: what came last waits for no more than these
BACKLOG = 400  # while more wait than that, of several people: a tenth less of the database's work for each, and a second for what comes
LOCKS = 4_000  # of those that PostgreSQL has room for, for a machine's readers; a claimed message holds one
REREAD = 1_000  # messages put back into the queue at a time
RENUMBER = 500  # messages looked through at a time, after the office's patterns of file numbers changed
GARBAGE = 50_000  # things made before those that are no longer reached are sought; reading leaves hardly any
NAP_SECONDS = 20.0  # a NOTIFY that was lost with its connection costs no more than this


def serve(stopping: threading.Event) -> None:
    """Until `stopping`. A lost database ends the process: its parent starts another."""
    warm_up()
    gc.freeze()  # what was loaded stays: to look through it again and again was a fifteenth of reading
    gc.set_threshold(GARBAGE)
    with Extraction() as extraction, listener(UNREAD) as heard:
        drain(stopping)
        while not stopping.is_set() and reread(REREAD):  # what an older version read; new mail goes before it
            drain(stopping)
        extraction.wake()
        while not stopping.is_set():
            if drain(stopping):
                extraction.wake()
            if not renumber(RENUMBER):
                _sleep(heard, stopping)


def drain(stopping: threading.Event) -> int:
    """Read until nothing waits. Returns how many messages were read."""
    total = 0
    most = BATCH
    while not stopping.is_set() and (count := read_some(most)):
        total += count
        most = min(BACKLOG, max(BATCH, LOCKS // settings().readers)) if count >= BATCH else BATCH
    if total:
        rest()
    return total


def _sleep(heard: psycopg.Connection[tuple[object, ...]], stopping: threading.Event) -> None:
    for _ in range(int(NAP_SECONDS / 0.5)):
        if stopping.is_set() or any(True for _ in heard.notifies(timeout=0.5, stop_after=1)):
            return
