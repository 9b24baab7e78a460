"""The folder of the database's socket: 0700, of the database's user. Who can enter it may try to sign in."""

import os
import tempfile
from pathlib import Path

from teczka.store.datafolder import DataFolder
from teczka.store.server.binaries import User
from teczka.store.server.files import give, make_own_folder, own_folder, write_whole

PORT = 5432  # part of the socket's name only
PATH_BYTES = 107  # sockaddr_un.sun_path without its NUL, unix(7)


def known(folder: DataFolder) -> Path:
    """Where the socket of this data folder's server is, for whoever wants to connect."""
    inside = folder.path / "socket"
    if _fits(inside):
        return inside
    try:
        return Path(_note(folder).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return inside


def made(folder: DataFolder, user: User) -> Path:
    """The same, made ready. Where the data folder's name is too long for a socket: a short folder elsewhere, its name noted."""
    place = known(folder)
    if own_folder(place, user) and _fits(place):
        return place
    if _fits(folder.path / "socket"):
        make_own_folder(folder.path / "socket", user)
        return folder.path / "socket"
    # A name that nobody can take before us; `known` trusts the note, which lies where only we write.
    place = Path(tempfile.mkdtemp(prefix="teczka-", dir=_runtime()))
    give(place, user)
    write_whole(_note(folder), str(place), mode=0o600)
    return place


def _note(folder: DataFolder) -> Path:
    return folder.path / "socket-folder"


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= PATH_BYTES


def _runtime() -> Path:
    """Emptied at boot and by nobody else, where the machine has such a place for us."""
    mine = Path("/run") if os.geteuid() == 0 else Path(f"/run/user/{os.geteuid()}")
    return mine if os.access(mine, os.W_OK) else Path("/tmp")  # noqa: S108 mkdtemp's name is safe in a shared folder
