"""Blobs in memory, for as long as the process lives."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from teczka.store.packs.durable import Buffer


class MemoryBlobs:
    def __init__(self, incoming: Path) -> None:
        self.incoming = incoming
        self._objects: dict[str, bytes] = {}

    def put(self, key: str, pieces: Sequence[Buffer]) -> None:
        self._objects[key] = b"".join(pieces)

    def put_file(self, key: str, file: Path) -> None:
        self._objects[key] = file.read_bytes()
        file.unlink()

    def get(self, key: str, offset: int, length: int) -> bytes:
        data = self._object(key)[offset : offset + length]
        if len(data) < length:
            raise EOFError(f"{key} ends before {offset + length}")
        return data

    def size(self, key: str) -> int:
        return len(self._object(key))

    def list(self) -> Iterator[tuple[str, int]]:
        yield from [(key, len(data)) for key, data in self._objects.items()]

    def delete(self, key: str) -> None:
        self._objects.pop(key, None)

    def local(self, key: str) -> Path | None:
        return None

    def _object(self, key: str) -> bytes:
        try:
            return self._objects[key]
        except KeyError:
            raise FileNotFoundError(key) from None
