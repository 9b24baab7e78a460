"""What is said between a reader and the process that extracts, over a socket: a line of JSON, and bytes in pieces."""

import json
import os
import struct
from collections.abc import Callable
from typing import Any, Final

PIECE: Final = 1_048_576  # bytes at most
_LENGTH: Final = struct.Struct("!I")

Take = Callable[[int], bytes]  # at most so many bytes; empty: the other has gone
Give = Callable[[bytes], object]


def take_own(most: int) -> bytes:
    """From the socket that a child has as its standard input."""
    return os.read(0, most)


def give_own(data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(0, left) :]


def say(give: Give, told: dict[str, Any]) -> None:
    """Followed by pieces, or by the other's turn."""
    give_piece(give, json.dumps(told).encode())


def give_piece(give: Give, piece: bytes) -> None:
    """An empty one is the end."""
    give(_LENGTH.pack(len(piece)))
    if piece:
        give(piece)


def hear(take: Take) -> dict[str, Any]:
    """Raises EOFError where the other has gone, ValueError where it speaks something else."""
    told = json.loads(take_piece(take))
    if not isinstance(told, dict):
        raise ValueError("no object")  # noqa: TRY004  whoever hears knows one error for whatever is said wrongly
    return told


def take_piece(take: Take) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(take, _LENGTH.size))
    if length > PIECE:
        raise ValueError("a piece too large")
    return _exactly(take, length)


def take_pieces(take: Take, most: int) -> bytes:
    """All up to the end, and no more than so many bytes of them."""
    out = bytearray()
    while piece := take_piece(take):
        out += piece[: most - len(out)]
    return bytes(out)


def _exactly(take: Take, length: int) -> bytes:
    out = bytearray()
    while len(out) < length:
        found = take(length - len(out))
        if not found:
            raise EOFError
        out += found
    return bytes(out)
