"""Where an archive lies: a folder or a bucket, which hold many backups, or one file, which holds one."""

import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from teczka.store.packs import durable
from teczka.store.packs.durable import Buffer
from teczka.store.packs.folder import FolderBlobs
from teczka.store.packs.objects import ObjectBlobs

MEMBER = struct.Struct(">4sHQ")  # magic, bytes of the name, bytes of the object; then both
MAGIC = b"TBM1"


class Place(Protocol):
    """What an archive asks of Blobs."""

    def put(self, key: str, pieces: Sequence[Buffer]) -> None: ...
    def get(self, key: str, offset: int, length: int) -> bytes: ...
    def list(self) -> Iterator[tuple[str, int]]: ...


class NoArchive(Exception):
    """There is none at this place, or what is there is no archive of ours. What is wrong, in words."""


class NewFile:
    """An archive in one file, while it is written: under its name once it is whole, and until then the file that was there before stays."""

    def __init__(self, path: Path) -> None:
        self._path = path
        for left in path.parent.glob(f".{path.name}.*.half"):  # by a kill
            left.unlink()
        self._half = path.with_name(f".{path.name}.{uuid4().hex}.half")
        self._descriptor = durable.create(self._half)
        self._sizes: dict[str, int] = {}

    def put(self, key: str, pieces: Sequence[Buffer]) -> None:
        size, name = sum(len(piece) for piece in pieces), key.encode()
        durable.write(self._descriptor, [MEMBER.pack(MAGIC, len(name), size), name, *pieces])
        self._sizes[key] = size

    def get(self, key: str, offset: int, length: int) -> bytes:
        raise FileNotFoundError(key)  # it is begun anew each time

    def list(self) -> Iterator[tuple[str, int]]:
        yield from self._sizes.items()

    def finish(self) -> None:
        durable.sync(self._descriptor)
        durable.publish(self._half, self._path)

    def close(self) -> None:
        durable.close(self._descriptor)
        with suppress(FileNotFoundError):
            self._half.unlink()


class OneFile:
    """An archive in one file, to be read. Raises NoArchive where it is not whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._where = dict(self._members())

    def put(self, key: str, pieces: Sequence[Buffer]) -> None:
        raise FileExistsError(key)

    def get(self, key: str, offset: int, length: int) -> bytes:
        if key not in self._where:
            raise FileNotFoundError(key)
        start, size = self._where[key]
        if offset + length > size:
            raise EOFError(f"{key} ends before {offset + length}")
        with self._path.open("rb", buffering=0) as file:
            file.seek(start + offset)
            data = b""
            while len(data) < length and (more := file.read(length - len(data))):
                data += more
            return data

    def list(self) -> Iterator[tuple[str, int]]:
        for key, (_, size) in self._where.items():
            yield key, size

    def _members(self) -> Iterator[tuple[str, tuple[int, int]]]:
        at, end = 0, self._path.stat().st_size
        with self._path.open("rb") as file:
            while at < end:
                told = file.read(MEMBER.size)
                magic, name_bytes, size = MEMBER.unpack(told) if len(told) == MEMBER.size else (b"", 0, 0)
                start = at + MEMBER.size + name_bytes
                if magic != MAGIC or start + size > end:
                    raise NoArchive(f"damaged or cut short at byte {at}" if at else "no backup of Teczka's")
                yield file.read(name_bytes).decode("ascii", "backslashreplace"), (start, size)
                at = start + size
                file.seek(at)
        if not end:
            raise NoArchive("empty")


def is_file(target: str) -> bool:
    """Whether the archive is to be one file: neither an address nor a folder."""
    return "://" not in target and not target.endswith("/") and not Path(target).is_dir()


def many(target: str, incoming: Path) -> FolderBlobs | ObjectBlobs:
    """A set that backups are added to. `incoming`: a folder of this machine, for a bucket's client."""
    return ObjectBlobs(target, incoming) if "://" in target else FolderBlobs(Path(target).absolute())


def to_read(target: str, incoming: Path) -> Place:
    """Raises NoArchive, and whatever the place raises."""
    if "://" in target:
        return ObjectBlobs(target, incoming)
    path = Path(target).absolute()
    if path.is_dir():
        if not (path / "00").is_dir():
            raise NoArchive("a folder without backups of Teczka's")
        return FolderBlobs(path)
    if not path.exists():
        raise NoArchive("not there")
    return OneFile(path)
