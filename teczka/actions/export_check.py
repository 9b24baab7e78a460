"""What `export_account` wrote, proved file by file; needs no database, so that a copy of it can be proved anywhere."""

import json
from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path

from teczka.actions.export import MANIFEST
from teczka.mime.bundle_check import Checked, NoBundle


def verify_folder(folder: Path) -> Checked:
    """Each file against its line's SHA-256, and the lines against the files. A message that no line names lay on its server no longer: it
    has its SHA-256 for a name. Raises NoBundle; OSError.
    """
    manifest = folder / MANIFEST
    if not manifest.is_file():
        raise NoBundle(f"there is no {MANIFEST}")
    told: dict[str, set[str]] = {}
    for name, sha256 in _told(manifest):
        told.setdefault(name, set()).add(sha256)
    with manifest.open("rb") as file:
        found = Checked(manifest=file_digest(file, "sha256").hexdigest())
    names = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file() and path != manifest}
    for name, path in sorted(names.items()):
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        found.files += 1
        found.bytes += path.stat().st_size
        if {digest} != told.get(name, {path.stem}):
            found.fault("changed" if name in told else "not of this export", name)
    for name in sorted(told.keys() - names):
        found.fault("missing", name)
    return found


def _told(manifest: Path) -> Iterator[tuple[str, str]]:
    """A file and its SHA-256 for each line."""
    with manifest.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                told = json.loads(line)
                yield str(told["file"]), str(told["sha256"])
            except (ValueError, KeyError, TypeError) as wrong:
                raise NoBundle(f"a line of {MANIFEST} that names no file") from wrong
