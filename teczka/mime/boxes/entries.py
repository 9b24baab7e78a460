"""Files in a folder or in a ZIP, alike: their names in order, and the bytes of each. What a ZIP claims is bounded."""

import errno
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from lzma import LZMAError
from mmap import ACCESS_READ, mmap
from pathlib import Path, PurePosixPath
from typing import IO, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from teczka.core.errors import Problem, Trouble
from teczka.mime.boxes.found import HELD_BYTES, Unfit

MEGABYTE: Final = 1_000_000
LEAST_BYTES: Final = 2_000 * MEGABYTE  # what every archive may unpack to
RATIO: Final = 100  # and so many times its own size
ENTRIES: Final = 2_000_000
NAME: Final = 100  # characters of one folder's
LEVELS: Final = 20
STRIDE: Final = 1_000_000

BROKEN: Final = (BadZipFile, zlib.error, LZMAError, EOFError, NotImplementedError, ValueError, KeyError)


class Box:
    """A file whose content begins at `begin`: whole as a map, and as a file."""

    def __init__(self, file: IO[bytes], begin: int = 0) -> None:
        self.file = file
        self.begin = begin
        self.size = max(os.fstat(file.fileno()).st_size - begin, 0)
        self.map: mmap | bytes = mmap(file.fileno(), 0, access=ACCESS_READ) if self.size else b""

    def head(self, length: int) -> bytes:
        return self.map[self.begin : self.begin + length]

    def close(self) -> None:
        if isinstance(self.map, mmap):
            self.map.close()
        self.file.close()


class Budget:
    """Of bytes that may still be unpacked."""

    def __init__(self, size: int) -> None:
        self.most = max(LEAST_BYTES, size * RATIO)
        self.left = self.most

    def spend(self, length: int) -> None:
        """Raises Problem(IMPORT_BOMB)."""
        self.left -= length
        if self.left < 0:
            raise Problem(Trouble.IMPORT_BOMB, megabytes=self.most // MEGABYTE)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """`path`: names from the top down, none of which leads anywhere else."""

    path: tuple[str, ...]
    size: int
    at: datetime | None  # when it was changed
    opened: Callable[[], IO[bytes]]
    packed: Budget | None = None  # it has to be unpacked first

    @property
    def shown(self) -> str:
        return "/".join(self.path)

    def head(self, length: int) -> bytes:
        with reading(), self.opened() as file:
            return file.read(length)

    def whole(self, most: int) -> bytes:
        """Raises Unfit where there is more."""
        with reading(), self.opened() as file:
            raw = file.read(most + 1)
        if len(raw) > most:
            raise Unfit(Trouble.IMPORT_BROKEN)
        self._spend(len(raw))
        return raw

    def content(self) -> bytes | Iterator[bytes]:
        return self.whole(HELD_BYTES) if self.size <= HELD_BYTES else self._pieces()

    @contextmanager
    def box(self, room: Path) -> Iterator[Box]:
        """To be looked into at any place; unpacked into a file of `room` that has no name."""
        with reading():
            file = self.opened()
            if self.packed:
                unpacked = tempfile.TemporaryFile(dir=room)  # noqa: SIM115  the box closes it
                with file:
                    for piece in iter(lambda: file.read(STRIDE), b""):
                        self._spend(len(piece))
                        unpacked.write(piece)
                unpacked.flush()
                file = unpacked
            box = Box(file)
        try:
            yield box
        finally:
            box.close()

    def _pieces(self) -> Iterator[bytes]:
        with reading(), self.opened() as file:
            while piece := file.read(STRIDE):
                self._spend(len(piece))
                yield piece

    def _spend(self, length: int) -> None:
        if self.packed:
            self.packed.spend(length)


@contextmanager
def reading() -> Iterator[None]:
    """What may go wrong with a file that somebody else made becomes Unfit."""
    try:
        yield
    except RuntimeError as locked:  # zipfile's word for it
        raise Unfit(Trouble.IMPORT_PASSWORD) from locked
    except BROKEN as broken:
        raise Unfit(Trouble.IMPORT_BROKEN) from broken
    except FileNotFoundError as lost:
        raise Unfit(Trouble.IMPORT_LOST) from lost
    except PermissionError as closed:
        raise Unfit(Trouble.IMPORT_UNKNOWN) from closed
    except (
        OSError
    ) as error:  # without a number it is gzip's or bzip2's word; a ZIP may also tell a place before its beginning
        if error.errno not in {None, errno.EINVAL}:
            raise
        raise Unfit(Trouble.IMPORT_BROKEN) from error


def of_folder(root: Path) -> list[FileEntry]:
    """All files below it, by name. Links are not followed."""
    found = []
    for folder, _, files in os.walk(root):
        levels = Path(folder).relative_to(root).parts
        for name in files:
            path = Path(folder, name)
            status = path.lstat()
            if path.is_file() and not path.is_symlink():
                changed = datetime.fromtimestamp(status.st_mtime, UTC)
                found.append(FileEntry((*levels, name), status.st_size, changed, _opener(path)))
    return sorted(found, key=lambda entry: entry.path)


def of_zip(archive: ZipFile, budget: Budget) -> list[FileEntry]:
    """Its files, by name: ".." and whatever else leads out of it is left out of their names. Raises Problem(IMPORT_BOMB)."""
    if len(archive.infolist()) > ENTRIES:
        raise Problem(Trouble.IMPORT_BOMB, megabytes=budget.most // MEGABYTE)
    named = [(names_of(entry.filename), entry) for entry in archive.infolist() if not entry.filename.endswith("/")]
    return [
        FileEntry(path, entry.file_size, _changed(entry), lambda entry=entry: archive.open(entry), budget)  # type: ignore[misc]
        for path, entry in sorted(named, key=lambda one: one[0])
        if path
    ]


def names_of(path: str) -> tuple[str, ...]:
    parts = PurePosixPath(path.replace("\\", "/").replace("\0", "")).parts
    return tuple(part for part in parts if part not in {"/", "//", ".", ".."} and not part.endswith(":"))


def level(name: str) -> str:
    """A folder's name as one level of a path; empty where nothing is left of it."""
    return "".join("-" if sign == "/" else sign for sign in name if sign.isprintable()).strip()[:NAME].strip()


def levels(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(None, map(level, names[:LEVELS])))


def _opener(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: path.open("rb")


def _changed(entry: ZipInfo) -> datetime | None:
    try:
        return datetime(*entry.date_time, tzinfo=UTC)
    except ValueError:
        return None
