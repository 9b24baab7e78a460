"""The data folder: where each thing lies, and the lock that keeps two Teczkas from running on one folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from teczka.core.errors import Problem, Trouble


class DataFolder:
    """Made with `prepare`. As root the folder is 0711: the database's user passes through it and nobody lists it."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.database = self.path / "database"  # PostgreSQL's own, 0700, of the database's user
        self.config = self.path / "config"  # what PostgreSQL is told; ours, so that the database cannot change it
        self.log = self.path / "log"
        self.keys = self.path / "keys"
        self.packs = self.path / "packs"
        self._lock = self.path / "lock"

    def prepare(self) -> None:
        """Make the folder where it is missing. Raises Problem(DATA_FOREIGN) where another user's folder is in the way."""
        mode = 0o711 if os.geteuid() == 0 else 0o700
        try:
            self.path.mkdir(mode=mode, parents=True, exist_ok=True)
            if self.path.stat().st_uid == os.geteuid():
                self.path.chmod(mode)
            self.log.mkdir(mode=0o700, exist_ok=True)
        except PermissionError as refused:
            raise Problem(Trouble.DATA_FOREIGN, folder=str(self.path), user=os.geteuid()) from refused

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder. The kernel lets go of it when the process ends, however it ends.

        Raises Problem(DATA_LOCKED, folder, pid) at once where another process, or another holder in this one, has it.
        """
        try:
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except PermissionError as refused:
            raise Problem(Trouble.DATA_FOREIGN, folder=str(self.path), user=os.geteuid()) from refused
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as held:
                raise Problem(Trouble.DATA_LOCKED, folder=str(self.path), pid=_pid(descriptor)) from held
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            yield
        finally:
            os.close(descriptor)

    def holder(self) -> int | None:
        """The process that holds the folder now; None where nobody does."""
        try:
            descriptor = os.open(self._lock, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _pid(descriptor)
        else:
            return None
        finally:
            os.close(descriptor)


def _pid(descriptor: int) -> int:
    text = os.pread(descriptor, 32, 0).strip()
    return int(text) if text.isdigit() else 0
