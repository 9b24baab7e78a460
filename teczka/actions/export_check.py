"""What `export_account` wrote, proved file by file; needs no database, so that a copy of it can be proved anywhere."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Final

from teczka.actions.export import MANIFEST
from teczka.mime.bundle_check import Checked, NoBundle

_LONGEST: Final = 1_000_000  # signs of a line: what it says of one message


@dataclass
class CheckedFolder(Checked):
    """`unlisted`: messages that no line names, for they lay on their server no longer. Their names prove their bytes, but not that they
    were ever in the export, nor that all of them are there."""

    unlisted: int = 0


def verify_folder(folder: Path) -> CheckedFolder:
    """Each file against its line's SHA-256, or its own name, and the lines against the files. Raises NoBundle; OSError."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        raise NoBundle(f"there is no {MANIFEST}")
    told: dict[str, set[str]] = {}
    for name, sha256 in _told(manifest):
        told.setdefault(name, set()).add(sha256)
    with manifest.open("rb") as file:
        found = CheckedFolder(manifest=file_digest(file, "sha256").hexdigest())
    names = {
        str(path.relative_to(folder)): path for path in folder.rglob("*") if path != manifest and not _is_folder(path)
    }
    for name, path in sorted(names.items()):
        digest = _digest(path)
        found.files += 1
        found.bytes += path.stat().st_size if digest else 0
        if name not in told and name == f"messages/{digest[:2]}/{digest}.eml":
            found.unlisted += 1
        elif {digest} != told.get(name):
            found.fault("changed" if name in told else "not of this export", _shown(name))
    for name in sorted(told.keys() - names):
        found.fault("missing", _shown(name))
    return found


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _digest(path: Path) -> str:
    """Of a file that lies there itself; "" of anything else."""
    if path.is_symlink() or not path.is_file():
        return ""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _shown(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


def _told(manifest: Path) -> Iterator[tuple[str, str]]:
    """A file and its SHA-256 for each line."""
    with manifest.open(encoding="utf-8") as lines:
        while line := lines.readline(_LONGEST):
            try:
                told = json.loads(line)
                yield str(told["file"]), str(told["sha256"])
            except (ValueError, KeyError, TypeError, RecursionError) as wrong:
                raise NoBundle(f"a line of {MANIFEST} that names no file") from wrong
