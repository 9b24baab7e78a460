"""Where packs lie: a folder, an object store, or memory. One contract (tests/contract/test_blobs.py), three places."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from teczka.store.packs.durable import Buffer


class Blobs(Protocol):
    """Immutable objects by key. A key is written once; when `put` or `put_file` returns, the object is durable and whole.

    Raises Problem(DISK_FULL), DurabilityLost; FileNotFoundError for a key that is not there; an object store's own errors.
    """

    # A folder of this machine for files that are still being written, where `put_file` takes them cheaply.
    incoming: Path

    def put(self, key: str, pieces: Sequence[Buffer]) -> None:
        """One object of all the pieces, in order."""
        ...

    def put_file(self, key: str, file: Path) -> None:
        """The object is this file of `incoming`, which is gone from there afterwards."""
        ...

    def get(self, key: str, offset: int, length: int) -> bytes:
        """Exactly these bytes. EOFError where the object ends before."""
        ...

    def size(self, key: str) -> int: ...

    def list(self) -> Iterator[tuple[str, int]]:
        """Every key and its size, in no order."""
        ...

    def delete(self, key: str) -> None:
        """Nothing where it is not there."""
        ...

    def local(self, key: str) -> Path | None:
        """The object as a file of this machine, to be mapped and not changed; None where it lies elsewhere."""
        ...
