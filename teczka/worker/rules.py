"""Applies rules to old mail, and takes that back: a step of each run in turn, and as long a rest after it, beside all other work."""

import logging
import time

from django.db import connection

from teczka.actions.rule_runs import step
from teczka.store.rule_runs import runs_at_work

NAP_SECONDS = 20.0  # a NOTIFY that was lost costs no more than this
AGAIN_SECONDS = 1.0  # another worker has what there is; it may be one that was killed just now

log = logging.getLogger(__name__)


def steps() -> float:
    """One of each run. Seconds until the next."""
    began = time.monotonic()
    try:
        taken = [step(run, owner) for run, owner in runs_at_work()]
    except Exception:  # the database is away: fetching tells so, and ends the worker
        log.exception("rules could not be applied to old mail")
        return NAP_SECONDS
    finally:
        connection.close_if_unusable_or_obsolete()
    if any(taken):
        return time.monotonic() - began
    return AGAIN_SECONDS if taken else NAP_SECONDS
