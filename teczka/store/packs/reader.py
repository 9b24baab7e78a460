"""Messages out of packs. What is read is checked against what was stored."""

import mmap
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from uuid import UUID

from teczka.store.packs.blobs import Blobs
from teczka.store.packs.durable import Buffer
from teczka.store.packs.format import HEADER_BYTES, Codec, Entry, PackDamaged, decode, key, parse_header

STRIDE = 4_000_000  # bytes held at a time where a message is too large to hold
HELD_BYTES = 8_000_000  # up to here a message is held whole


def read(blobs: Blobs, pack: UUID, entry: Entry) -> bytes:
    """The message, byte for byte, its length and SHA-256 verified. Raises PackDamaged; FileNotFoundError without the pack."""
    return _decoded(_get(blobs, pack, entry, entry.offset, HEADER_BYTES + entry.length), pack, entry)


def read_range(blobs: Blobs, pack: UUID, entry: Entry, offset: int, length: int) -> bytes:
    """A part of the message, cut at its end. Costs O(length) where it is stored raw, and then is not verified."""
    length = max(0, min(length, entry.raw_length - offset))
    if entry.codec is Codec.RAW:
        return _get(blobs, pack, entry, entry.payload + offset, length)
    return read(blobs, pack, entry)[offset : offset + length]


def pieces(blobs: Blobs, pack: UUID, entry: Entry) -> Iterator[bytes]:
    """The message without holding it; checked against its SHA-256 where it is stored in one frame."""
    if entry.codec is Codec.ZSTD:
        yield read(blobs, pack, entry)
        return
    for offset in range(0, entry.raw_length, STRIDE):
        yield read_range(blobs, pack, entry, offset, STRIDE)


@contextmanager
def mapped(blobs: Blobs, pack: UUID, entry: Entry) -> Iterator[memoryview]:
    """The whole message as one buffer without holding it: a gigabyte is mapped from its file, or from an unnamed copy of it.

    Verified where it is small enough to be held (HELD_BYTES); see `verify` for the others. The view ends with the context.
    """
    if entry.raw_length <= HELD_BYTES:
        yield memoryview(read(blobs, pack, entry))
        return
    local = blobs.local(key(pack))
    with local.open("rb") if local else tempfile.TemporaryFile(dir=blobs.incoming) as file:
        start = entry.payload
        if local is None:
            start = 0
            for piece in _pieces(blobs, pack, entry):
                file.write(piece)
            file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            if len(whole) < start + entry.length:
                raise PackDamaged(pack, entry.offset, "cut short")
            with memoryview(whole) as view, view[start : start + entry.length] as message:
                yield message


def verify(blobs: Blobs, pack: UUID, entry: Entry) -> None:
    """Raises PackDamaged where the message is not what was stored. Holds no large message in memory."""
    for _ in stored_pieces(blobs, pack, entry):
        pass


def stored_pieces(blobs: Blobs, pack: UUID, entry: Entry) -> Iterator[Buffer]:
    """Header and payload as they lie there, verified once they have come to their end. Holds no large message in memory. Raises
    PackDamaged."""
    if entry.raw_length <= HELD_BYTES or entry.codec is not Codec.RAW:
        data = _get(blobs, pack, entry, entry.offset, HEADER_BYTES + entry.length)
        _decoded(data, pack, entry)
        yield data
        return
    header = _get(blobs, pack, entry, entry.offset, HEADER_BYTES)
    _same_header(header, pack, entry)
    if header != entry.header():
        raise PackDamaged(pack, entry.offset, "no header")
    yield header
    digest = sha256()
    for piece in _pieces(blobs, pack, entry):
        digest.update(piece)
        yield piece
    if digest.digest() != entry.sha256:
        raise PackDamaged(pack, entry.offset, "not the bytes that were stored")


def headers(blobs: Blobs, pack: UUID) -> Iterator[Entry]:
    """What the headers of a pack say that lies in it; nothing of it is read. Ends at the first byte that is no header."""
    offset, size = 0, blobs.size(key(pack))
    while offset < size:
        try:
            entry = parse_header(blobs.get(key(pack), offset, min(HEADER_BYTES, size - offset)), offset)
        except ValueError:
            return
        yield entry
        offset = entry.end


def scan(blobs: Blobs, pack: UUID) -> Iterator[Entry]:
    """Every message of a pack, verified, without the database. Raises PackDamaged at the first byte that is none: a torn tail."""
    offset, size = 0, blobs.size(key(pack))
    while offset < size:
        try:
            entry = parse_header(blobs.get(key(pack), offset, min(HEADER_BYTES, size - offset)), offset)
        except ValueError as wrong:
            raise PackDamaged(pack, offset, str(wrong)) from wrong
        if entry.end > size:
            raise PackDamaged(pack, offset, "cut short")
        verify(blobs, pack, entry)
        yield entry
        offset = entry.end


def _decoded(stored: bytes, pack: UUID, entry: Entry) -> bytes:
    header = stored[:HEADER_BYTES]
    _same_header(header, pack, entry)
    try:
        return decode(entry, header, stored[HEADER_BYTES:])
    except ValueError as wrong:
        raise PackDamaged(pack, entry.offset, str(wrong)) from wrong


def _pieces(blobs: Blobs, pack: UUID, entry: Entry) -> Iterator[Buffer]:
    for offset in range(0, entry.length, STRIDE):
        yield _get(blobs, pack, entry, entry.payload + offset, min(STRIDE, entry.length - offset))


def _get(blobs: Blobs, pack: UUID, entry: Entry, offset: int, length: int) -> bytes:
    try:
        return blobs.get(key(pack), offset, length)
    except EOFError as short:
        raise PackDamaged(pack, entry.offset, "cut short") from short


def _same_header(stored: bytes, pack: UUID, entry: Entry) -> None:
    if not entry.is_headed_by(stored):
        raise PackDamaged(pack, entry.offset, "another entry than the database says")
