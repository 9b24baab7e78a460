"""The processor's time, which is the same on a busy machine."""

import time
from pathlib import Path

from django.db import connection


def processor() -> float:
    """Seconds that this process and its database's backend have run."""
    backend = connection.connection.info.backend_pid
    return time.process_time() + int(Path(f"/proc/{backend}/schedstat").read_text().split()[0]) / 1e9
