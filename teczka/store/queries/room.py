"""Room on the disk that the data folder lies on."""

import shutil
from dataclasses import dataclass
from pathlib import Path

LEAST_BYTES = 2_000_000_000
LEAST_SHARE = 0.05  # of a small disk
LOW_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Room:
    free: int  # bytes
    full: bool  # nothing is fetched or put there: the rest is the database's
    low: bool  # worth a look; where it is full, too


def room(folder: Path, wanted: int = 0) -> Room:
    """As if so many bytes more lay there already."""
    disk = shutil.disk_usage(folder)
    free = disk.free - wanted
    return Room(free, free < min(LEAST_BYTES, disk.total * LEAST_SHARE), free <= LOW_BYTES)
