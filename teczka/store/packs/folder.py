"""Blobs in a folder of this machine."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

from teczka.store.packs import direct, durable
from teczka.store.packs.durable import Buffer


class FolderBlobs:
    """`ab/name` is a file of that path below `root`; the first two digits, 256 folders, are made at once, so that a pack costs one
    fsync of its file and one of its folder. `incoming` lies in the same file system, so that a rename is enough."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.incoming = root / "incoming"
        durable.make_folders(root, [self.incoming.name, *(f"{number:02x}" for number in range(256))])

    def put(self, key: str, pieces: Sequence[Buffer]) -> None:
        temporary = self.incoming / f"{uuid4()}.tmp"
        try:
            descriptor = durable.create(temporary)
            try:
                direct.write(descriptor, pieces)
                durable.sync(descriptor)
                durable.forget(descriptor)
            finally:
                durable.close(descriptor)
            durable.publish(temporary, self._root / key)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def put_file(self, key: str, file: Path) -> None:
        durable.sync_file(file)
        durable.publish(file, self._root / key)

    def get(self, key: str, offset: int, length: int) -> bytes:
        with (self._root / key).open("rb", buffering=0) as file:
            file.seek(offset)
            data = file.read(length)
            while len(data) < length:
                more = file.read(length - len(data))
                if not more:
                    raise EOFError(f"{key} ends before {offset + length}")
                data += more
        return data

    def size(self, key: str) -> int:
        return (self._root / key).stat().st_size

    def list(self) -> Iterator[tuple[str, int]]:
        for path in self._root.glob("??/*"):
            yield f"{path.parent.name}/{path.name}", path.stat().st_size

    def delete(self, key: str) -> None:
        (self._root / key).unlink(missing_ok=True)

    def local(self, key: str) -> Path | None:
        return self._root / key


def sweep(incoming: Path, older_than: float) -> int:
    """Remove what a kill left half written, once nobody can be writing it any more (seconds since its last byte). Returns how many."""
    horizon = time.time() - older_than
    abandoned = [path for path in incoming.glob("*.tmp") if path.stat().st_mtime < horizon]
    for path in abandoned:
        path.unlink(missing_ok=True)
    return len(abandoned)
