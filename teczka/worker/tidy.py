"""What a worker clears away at its start."""

import logging

from teczka.store.blobs import blobs
from teczka.store.packs.folder import sweep

ABANDONED_SECONDS = 24 * 3600.0  # nobody writes one file for so long, on whichever machine

log = logging.getLogger(__name__)


def tidy() -> None:
    """Files of batches that a kill cut off. Nothing refers to them; what was committed lies elsewhere."""
    swept = sweep(blobs().incoming, ABANDONED_SECONDS)
    if swept:
        log.info("%s half-written files of interrupted batches were removed", swept)
