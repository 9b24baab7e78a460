"""What a ZIP of ours is verified by: a list of its files' hashes inside it, in the form that `sha256sum --check` reads as well."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile, is_zipfile
from zlib import error

from teczka.mime.bundle import Packed

MANIFEST: Final = "manifest.sha256"
STRIDE: Final = 1_000_000
MOST_MANIFEST: Final = 100_000_000  # bytes


@dataclass
class Checked:
    files: int = 0
    bytes: int = 0
    manifest: str = ""  # its own SHA-256, to be compared with one that was kept elsewhere
    faults: dict[str, list[str]] = field(default_factory=dict)  # what is wrong → names of files

    def fault(self, what: str, name: str) -> None:
        self.faults.setdefault(what, []).append(name)


class NoBundle(ValueError):
    """The file is none of ours, or not whole."""


def manifest(files: Iterable[Packed]) -> bytes:
    return "".join(f"{file.sha256}  {file.name}\n" for file in files).encode()


def is_bundle(path: Path) -> bool:
    return is_zipfile(path)


def verify(path: Path) -> Checked:
    """Each file against its hash, the list against the files and the files against the list. Holds no file. Raises NoBundle."""
    try:
        with ZipFile(path) as archive:
            return _verify(archive)
    except (BadZipFile, KeyError, ValueError, NotImplementedError, RuntimeError, EOFError, error) as wrong:
        raise NoBundle(str(wrong)) from wrong


def _verify(archive: ZipFile) -> Checked:
    if archive.getinfo(MANIFEST).file_size > MOST_MANIFEST:
        raise NoBundle("a manifest without end")
    told = archive.read(MANIFEST)
    found = Checked(manifest=sha256(told).hexdigest())
    expected = {
        name: digest for digest, _, name in (line.partition("  ") for line in told.decode().split("\n") if line)
    }
    names = [entry.filename for entry in archive.infolist() if entry.filename != MANIFEST]
    for name, times in Counter(names).items():
        if times > 1:
            found.fault("twice", name)
        if name not in expected:
            found.fault("not in the manifest", name)
        elif _digest(archive, name, found) != expected[name]:
            found.fault("changed", name)
    for name in sorted(expected.keys() - set(names)):
        found.fault("missing", name)
    return found


def _digest(archive: ZipFile, name: str, found: Checked) -> str:
    digest = sha256()
    found.files += 1
    try:
        with archive.open(name) as file:
            while piece := file.read(STRIDE):
                digest.update(piece)
                found.bytes += len(piece)
    except (
        BadZipFile,
        error,
        ValueError,
        OSError,
        EOFError,
    ):  # its checksum differs, or it lies nowhere, or cannot be unpacked
        return ""
    return digest.hexdigest()
