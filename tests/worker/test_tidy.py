"""What a worker clears away at its start."""

import os
import time

from teczka.store.blobs import blobs
from teczka.worker.tidy import ABANDONED_SECONDS, tidy


def test_only_what_nobody_can_be_writing_any_more_is_removed() -> None:
    incoming = blobs().incoming
    abandoned, fresh, other = incoming / "old.tmp", incoming / "new.tmp", incoming / "old.kept"
    for path in (abandoned, fresh, other):
        path.write_bytes(b"half")
    yesterday = time.time() - ABANDONED_SECONDS - 60
    os.utime(abandoned, (yesterday, yesterday))
    os.utime(other, (yesterday, yesterday))
    tidy()
    assert not abandoned.exists()
    assert fresh.exists()
    assert other.exists()
    fresh.unlink()
    other.unlink()
