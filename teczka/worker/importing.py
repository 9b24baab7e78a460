"""Reads what was sent up to be brought in, one import after another, beside all other work."""

import logging
import threading

from django.db import OperationalError, connection

from teczka.actions.importing import run_import
from teczka.core.errors import Problem
from teczka.store.imports import imports_at_work
from teczka.worker.turns import Turns

NAP_SECONDS = 20.0  # a NOTIFY that was lost costs no more than this
AGAIN_SECONDS = 1.0  # another worker is at it; it may be one that was killed just now

log = logging.getLogger(__name__)


class Imports(Turns):
    def __init__(self, stopping: threading.Event) -> None:
        super().__init__("import", self._imports)
        self._stopping = stopping
        self._ending = threading.Event()  # asked to stop, or the worker ends for another reason

    def close(self) -> None:
        self._ending.set()
        super().close()

    def _imports(self) -> float:
        """Seconds until the next look."""
        try:
            done = [self._import(import_id, owner) for import_id, owner in imports_at_work()]
        except OperationalError:  # the database is away: fetching tells so, and ends the worker
            log.exception("nothing could be brought in")
            return NAP_SECONDS
        finally:
            connection.close_if_unusable_or_obsolete()
        return NAP_SECONDS if all(done) else AGAIN_SECONDS

    def _import(self, import_id: int, owner_id: int) -> bool:
        if self._ending.is_set() or self._stopping.is_set():
            return True
        try:
            return run_import(import_id, owner_id, self._ending)
        except Problem as problem:  # it is paused, and says so
            log.warning("import %s: %s", import_id, problem.trouble)
        except OperationalError:
            raise
        except Exception:  # a mistake of ours: the others go on
            log.exception("import %s failed", import_id)
        return True
