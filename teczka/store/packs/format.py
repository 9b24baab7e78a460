"""The form of a pack: messages one after another, each with a header of its own, so that a pack can be read without the database.

header, 60 bytes, big-endian: magic 4s, codec u8, zeros 3, raw length u64, stored length u64, SHA-256 of the raw bytes 32s,
  CRC-32 of the payload u32 where that is a frame, else zero
payload, `stored length` bytes: the raw bytes, or one self-contained zstd frame of them

The CRC is for bits of a frame that its decoder passes over: flipped, they change nothing and tell of a disk that does (one in 1,500).
"""

import struct
import threading
import zlib
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from uuid import UUID

import zstandard

from teczka.store.packs.durable import Buffer

MAGIC = b"TPK1"
HEADER = struct.Struct(">4sB3xQQ32sI")
HEADER_BYTES = HEADER.size
# Above it a message is kept raw: mostly base64, where zstd wins little, and its parts are read by offset. Newsletters are below.
SMALL_BYTES = 100_000
FRAME_BYTES = 200_000  # as large a message is in a frame where an older version wrote it
ZSTD_LEVEL = 1  # measured: 0.05 CPU-s per 1,000 messages; level 3 wins little more and costs 0.27


class _Own(threading.local):
    """Each thread's own: to make a decompressor costs as much as to take a letter out, and two threads must not share one."""

    def __init__(self) -> None:
        self.decompressor = zstandard.ZstdDecompressor()


_own = _Own()


class Codec(IntEnum):
    RAW = 0
    ZSTD = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One message in a pack: what the database keeps of it."""

    offset: int  # of its header in the pack
    length: int  # of its payload as stored
    codec: Codec
    raw_length: int
    sha256: bytes

    @property
    def payload(self) -> int:
        """Where in the pack its payload begins."""
        return self.offset + HEADER_BYTES

    @property
    def end(self) -> int:
        return self.payload + self.length

    def header(self, payload: Buffer = b"") -> bytes:
        """`payload`: as stored; a raw one is not looked at."""
        return HEADER.pack(MAGIC, self.codec, self.raw_length, self.length, self.sha256, _checksum(self.codec, payload))

    def is_headed_by(self, header: bytes) -> bool:
        """Whether this is its header, but for the CRC, of which no row knows."""
        return header[:-4] == self.header()[:-4]


class PackDamaged(Exception):
    """What lies in a pack at an offset is not what it should be: torn, overwritten, or another message."""

    def __init__(self, pack: UUID, offset: int, reason: str) -> None:
        super().__init__(f"pack {pack} at {offset}: {reason}")
        self.pack = pack
        self.offset = offset


def key(pack: UUID) -> str:
    """The name of a pack among the blobs. The first two digits spread the packs over folders."""
    return f"{pack.hex[:2]}/{pack}.pack"


def parse_header(data: bytes, offset: int) -> Entry:
    """The entry whose header this is. Raises ValueError: torn, or no header of ours. What it claims is checked by nobody yet."""
    if len(data) != HEADER_BYTES:
        raise ValueError("cut short")
    magic, codec, raw_length, length, digest, crc = HEADER.unpack(data)
    if magic != MAGIC or codec not in tuple(Codec) or data[5:8] != bytes(3):
        raise ValueError("no header")
    if codec == Codec.RAW and (raw_length != length or crc):
        raise ValueError("lengths differ")
    if codec == Codec.ZSTD and raw_length > FRAME_BYTES:
        raise ValueError("too large a frame")
    return Entry(offset, length, Codec(codec), raw_length, digest)


def decode(entry: Entry, header: bytes, payload: bytes) -> bytes:
    """The raw bytes, whole and verified. Raises ValueError; bounded by FRAME_BYTES whatever a broken frame claims."""
    if header != entry.header(payload):
        raise ValueError("not the bytes that were stored")
    raw = payload if entry.codec is Codec.RAW else _unzstd(payload, entry.raw_length)
    if len(raw) != entry.raw_length or sha256(raw).digest() != entry.sha256:
        raise ValueError("not the bytes that were stored")
    return raw


def _checksum(codec: Codec, payload: Buffer) -> int:
    return zlib.crc32(payload) if codec is Codec.ZSTD else 0


def _unzstd(frame: bytes, raw_length: int) -> bytes:
    try:
        if zstandard.get_frame_parameters(frame).content_size != raw_length:
            raise ValueError("frame of another length")
        return _own.decompressor.decompress(frame)
    except zstandard.ZstdError as broken:
        raise ValueError("broken frame") from broken
