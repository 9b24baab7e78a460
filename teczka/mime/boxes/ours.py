"""What our own files say of a message beside its bytes, so that it comes back as it was: lines before its headers, with their own proof.

A stranger's message may begin with such lines as well: they are believed where the bytes behind them are those that they name.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from itertools import chain
from typing import Final

_NAME: Final = b"X-Teczka-Original: "
_PROOF: Final = re.compile(rb"X-Teczka-Original: size=(\d{1,15}); sha256=([0-9a-f]{64}); lines=([1-9])\r?\n", re.ASCII)
_LETTERS: Final = {"\\Answered": "A", "\\Flagged": "F", "\\Draft": "T"}
_LONGEST: Final = 900  # bytes of a line


def lines(size: int, digest: bytes, flags: Collection[str], end: bytes = b"\n") -> bytes:
    """Before a message of so many bytes. `end` of each line: as the message's own."""
    known = {"\\" + flag[1:].capitalize() if flag[0] == "\\" else flag for flag in flags}
    told = [b"Status: " + (b"RO" if "\\Seen" in known else b"O")]
    letters = "".join(letter for flag, letter in _LETTERS.items() if flag in known)
    told.append(b"X-Status: " + letters.encode())
    if keywords := " ".join(sorted(flag for flag in known if not flag.startswith("\\"))).encode():
        told.append(b"X-Keywords: " + keywords)
    proof = _NAME + b"size=%d; sha256=%s; lines=%d" % (size, digest.hex().encode(), len(told) + 1)
    return b"".join(line + end for line in (proof, *told))


def original(body: bytes | Iterator[bytes], again: Iterable[bytes] = ()) -> tuple[bytes, bytes | Iterator[bytes]]:
    """Our lines, and the message as it was before them; without such lines, nothing and the body. `again`: where the body comes in
    pieces, the same ones once more, as the proof has to be looked at before anything is believed."""
    if isinstance(body, bytes):
        found = _parted(body[: _LONGEST * 9])
        if found is None:
            return b"", body
        head, size, digest = found
        rest = body[len(head) : len(head) + size]
        return (head, rest) if sha256(rest).digest() == digest else (b"", body)
    first = next(body, b"")
    found = _parted(first)
    if found is None:
        return b"", chain([first], body)
    head, size, digest = found
    seen = sha256()
    for piece in _cut(chain([first], body), len(head), size):
        seen.update(piece)
    return (head, _cut(iter(again), len(head), size)) if seen.digest() == digest else (b"", iter(again))


def _parted(begin: bytes) -> tuple[bytes, int, bytes] | None:
    proof = _PROOF.match(begin)
    if proof is None:
        return None
    end = 0
    for _ in range(int(proof[3])):
        end = begin.find(b"\n", end) + 1
        if not end:
            return None
    return begin[:end], int(proof[1]), bytes.fromhex(proof[2].decode("ascii"))


def _cut(pieces: Iterator[bytes], skipped: int, size: int) -> Iterator[bytes]:
    """So many bytes, behind those that are skipped."""
    for piece in pieces:
        part = piece[skipped : skipped + size]
        skipped = max(skipped - len(piece), 0)
        size -= len(part)
        if part:
            yield part
