"""The mark of a data folder into which a backup is being restored: until it is gone nobody serves from the folder."""

import os
from pathlib import Path

from teczka.store.packs import durable

NAME = "restoring"
# Of an empty folder: what a command leaves there before anything is stored. Django's key is made when its settings are read.
NOTHING_YET = {"lock", "log"}


def lay(data: Path, snapshot_id: str) -> None:
    """Durable when it returns. Nothing where it is there."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if read(data) is None:
        write(data / NAME, snapshot_id.encode())


def read(data: Path) -> str | None:
    """The snapshot that is being restored; None where none is."""
    try:
        return (data / NAME).read_text(encoding="ascii")
    except FileNotFoundError:
        return None


def remove(data: Path) -> None:
    (data / NAME).unlink()
    durable.sync_folder(data)


def is_empty(data: Path) -> bool:
    """Whether nothing of anybody's lies in the folder."""
    if not data.exists():
        return True
    there = {path.name for path in data.iterdir() if not path.match(f".{NAME}.*.half")} - NOTHING_YET
    return not there or (there == {"keys"} and all(_is_django(path) for path in (data / "keys").iterdir()))


def _is_django(key: Path) -> bool:
    """Or what a kill left of it while it was being made (store/secrets.py)."""
    return key.name == "django" or key.match(".django.*")


def write(path: Path, content: bytes) -> None:
    """A file of ours, 0600: whole and durable under its name, whatever was there before."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}.half")
    half.unlink(missing_ok=True)
    descriptor = durable.create(half)
    try:
        durable.write(descriptor, [content])
        durable.sync(descriptor)
    finally:
        durable.close(descriptor)
    durable.publish(half, path)
