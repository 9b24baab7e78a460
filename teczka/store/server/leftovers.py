"""PostgreSQL's processes that outlived the parent that started them: ended before a new one starts on their folder."""

import os
import signal
import time
from pathlib import Path

from teczka.core.errors import Problem, Trouble

# Signals and the seconds that each is given. A postmaster ends its own; orphans without one know only the harder words.
WITH_POSTMASTER = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
ORPHANS = ((signal.SIGQUIT, 3.0), (signal.SIGKILL, 10.0))


def end_leftovers(database: Path, uid: int) -> None:
    """Fast shutdown, then immediate, then the kernel's. Raises Problem(DATABASE_FAILED) where they outlive even that.

    The caller holds the folder's lock. Orphans mostly end by themselves, but a new server cannot start beside a busy one.
    """
    postmaster = {_postmaster(database)} & running(database, uid)
    for order, patience in WITH_POSTMASTER if postmaster else ORPHANS:
        for pid in postmaster & running(database, uid) or running(database, uid):
            _signal(pid, order)
        if _gone(database, uid, patience):
            break
    else:
        raise Problem(Trouble.DATABASE_FAILED, log=str(database), detail="a former server does not end")
    _forget_pid(database)


def running(database: Path, uid: int) -> set[int]:
    """Processes that work in this folder: PostgreSQL's keep it as their current directory. Empty where there is no /proc.

    A process is believed by what the kernel says of it, never by a pid from a file: numbers are used again.
    """
    home = os.path.realpath(database)
    return {int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _is_postgres(entry, home, uid)}


def _gone(database: Path, uid: int, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while running(database, uid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _is_postgres(entry: Path, home: str, uid: int) -> bool:
    try:
        return entry.stat().st_uid == uid and os.readlink(entry / "cwd") == home and _name(entry) == "postgres"  # noqa: PTH115
    except OSError:  # ended meanwhile, or none of our business
        return False


def _name(entry: Path) -> str:
    return (entry / "comm").read_text(encoding="utf-8", errors="replace").strip()


def _postmaster(database: Path) -> int:
    try:
        first = (database / "postmaster.pid").read_text(encoding="utf-8", errors="replace").partition("\n")[0]
    except FileNotFoundError:
        return 0
    return int(first) if first.isdecimal() else 0


def _forget_pid(database: Path) -> None:
    """Nothing runs here, so the pid in the file is some other process's by now; PostgreSQL would refuse to start beside it."""
    if Path("/proc/self").exists():
        (database / "postmaster.pid").unlink(missing_ok=True)


def _signal(pid: int, order: signal.Signals) -> None:
    try:
        os.kill(pid, order)
    except ProcessLookupError:
        pass
