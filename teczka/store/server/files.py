"""Writing as root beside another user's files: nothing here follows a link that the other user may have laid."""

import os
import shutil
import stat
from pathlib import Path

from teczka.store.server.binaries import User


def give(path: Path, user: User) -> None:
    if user.uid != os.geteuid():
        os.chown(path, user.uid, user.gid, follow_symlinks=False)


def own_folder(path: Path, user: User) -> bool:
    """Whether it is a real folder of this user's that nobody else can enter."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == user.uid and not found.st_mode & 0o077


def make_own_folder(path: Path, user: User) -> None:
    """Empty and new, 0700, this user's."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)
    path.mkdir(mode=0o700)
    give(path, user)


def write_whole(path: Path, text: str, mode: int) -> None:
    """The old text or the new, never a half. The folder must be ours alone to write in."""
    temporary = path.with_name(f"{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, mode)
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    temporary.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
