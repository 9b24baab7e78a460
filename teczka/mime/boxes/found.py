"""What a walk through a file yields."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from teczka.core.errors import Trouble

HELD_BYTES = 8_000_000  # up to here a message is held whole


class Unfit(Exception):
    """This one, or the rest of the file, cannot be read."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Letter:
    """A message's own bytes: whole, or in pieces where it is longer than HELD_BYTES."""

    body: bytes | Iterator[bytes]
    flags: frozenset[str]  # system flags with the backslash
    at: datetime | None  # when it arrived; None: nothing says so


@dataclass(frozen=True, slots=True)
class Found:
    """A message before it is read. The same file tells the same ones in the same order."""

    folder: tuple[str, ...]  # names from the top down
    where: str  # its place in the file, for people
    through: float  # share of the file that is behind us, with it: 0 … 1
    read: Callable[[], Letter]  # raises Unfit


def unfit(folder: tuple[str, ...], where: str, through: float, trouble: Trouble) -> Found:
    """Something that is there and cannot be read."""

    def read() -> Letter:
        raise Unfit(trouble)

    return Found(folder, where, through, read)
