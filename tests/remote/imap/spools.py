"""A spool in memory that remembers what became of it."""

from dataclasses import dataclass, field
from hashlib import sha256


@dataclass
class MemorySpool:
    announced: int
    size: int = 0
    data: bytearray = field(default_factory=bytearray)
    discarded: bool = False

    @property
    def sha256(self) -> bytes:
        return sha256(self.data).digest()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.data += data
        self.size += len(data)

    def discard(self) -> None:
        self.discarded = True


@dataclass
class Spools:
    """The factory; `made` are all that it gave."""

    made: list[MemorySpool] = field(default_factory=list)

    def __call__(self, size: int) -> MemorySpool:
        self.made.append(MemorySpool(size))
        return self.made[-1]
