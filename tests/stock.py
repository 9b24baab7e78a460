"""What is made once a run and copied by whoever needs it, in whichever of the run's processes."""

import atexit
import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

SHELF = "TECZKA_TESTS_STOCK"  # told to the run's other processes in their environment


def data_folder() -> Path:
    """A fresh data folder that the database's unprivileged user can pass through, when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="teczka-"))
    folder.chmod(0o711)
    return folder


@cache
def shelf() -> Path:
    """Where the stock lies. The process that asks first takes it away at its end, so it must outlive the others."""
    if SHELF in os.environ:
        return Path(os.environ[SHELF])
    made = data_folder()
    atexit.register(shutil.rmtree, made)
    os.environ[SHELF] = str(made)
    return made


def stocked(name: str, make: Callable[[Path], object]) -> Path:
    """The folder of this name, made where it is not there yet; another process that wants it meanwhile waits."""
    folder = shelf() / name
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            half = folder.with_suffix(".half")
            shutil.rmtree(half, ignore_errors=True)
            make(half)
            half.rename(folder)
    return folder


def copied(folder: Path, to: Path) -> None:
    subprocess.run(["cp", "-a", folder, to], check=True)
