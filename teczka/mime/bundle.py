"""A ZIP that leaves while it is made, of files that nobody holds whole: APPNOTE.TXT §4.3.9, sizes behind the data, ZIP64 throughout."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

FASTEST = 1  # mail is base64, of which this takes a quarter; more costs three times as long and takes little more
EARLIEST = datetime(1980, 1, 1)  # noqa: DTZ001  what the format can say: local times, from here on
LATEST = datetime(2107, 12, 31, 23, 59, 58)  # noqa: DTZ001  and up to here


@dataclass(frozen=True, slots=True)
class Packed:
    """A file of the ZIP."""

    name: str
    size: int  # bytes, unpacked
    sha256: str  # hexadecimal


class _Outlet:
    """What zipfile writes into; it is neither sought nor asked where it stands."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None: ...

    def taken(self) -> bytes:
        out = b"".join(self.pieces)
        self.pieces.clear()
        return out


class Bundle:
    """`file` for each, one after another and each to its end, then `end`. All yield the bytes that are ready."""

    def __init__(self) -> None:
        self._outlet = _Outlet()
        self._zip = ZipFile(self._outlet, "w")  # type: ignore[call-overload]
        self.files: list[Packed] = []

    def file(self, name: str, pieces: Iterable[bytes], at: datetime) -> Iterator[bytes]:
        """`name` has no folders but by "/"; `at`: local."""
        entry = ZipInfo(name, _said(at))
        entry.compress_type = ZIP_DEFLATED
        entry._compresslevel = FASTEST  # type: ignore[attr-defined]  # an entry of one's own does not get its archive's
        entry.external_attr = 0o100644 << 16  # a plain file, as Unix says it
        digest, size = sha256(), 0
        with self._zip.open(entry, "w", force_zip64=True) as out:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                out.write(piece)
                if ready := self._outlet.taken():
                    yield ready
        self.files.append(Packed(name, size, digest.hexdigest()))
        yield self._outlet.taken()

    def folder(self, name: str, at: datetime) -> None:
        """An empty one."""
        self._zip.writestr(ZipInfo(f"{name}/", _said(at)), b"")

    def end(self) -> Iterator[bytes]:
        self._zip.close()
        yield self._outlet.taken()


def _said(at: datetime) -> tuple[int, int, int, int, int, int]:
    """A server may call any day a message's; one that the format has no words for is told as the nearest that it has."""
    said = min(max(at.replace(tzinfo=None), EARLIEST), LATEST)
    return said.year, said.month, said.day, said.hour, said.minute, said.second
