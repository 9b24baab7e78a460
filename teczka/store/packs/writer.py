"""A batch of messages becomes one pack."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID, uuid4

import zstandard

from teczka.store.packs.blobs import Blobs
from teczka.store.packs.durable import Buffer
from teczka.store.packs.format import SMALL_BYTES, ZSTD_LEVEL, Codec, Entry, key


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that is durable."""

    id: UUID
    size: int  # bytes as stored, headers included
    entries: list[Entry]  # in the order of the messages


def write_pack(blobs: Blobs, messages: Sequence[Buffer], digests: Sequence[bytes] = ()) -> Pack:
    """Durable when it returns: one fsync of the file and one of its folder, however many messages. Their raw bytes, unchanged.

    Held in memory at once, so a batch is some megabytes; a larger message goes through `spool.SpoolFile`. `digests`: their SHA-256,
    where the caller has hashed them already.
    """
    small = [raw for raw in messages if 0 < len(raw) <= SMALL_BYTES]
    # All in one call: one by one, each would wait for the interpreter's lock against the thread that receives. A compressor is not for
    # several threads.
    frames = iter(zstandard.ZstdCompressor(level=ZSTD_LEVEL).multi_compress_to_buffer(small) if small else ())
    pieces: list[Buffer] = []
    entries: list[Entry] = []
    end = 0
    for raw, digest in zip(messages, digests or [sha256(raw).digest() for raw in messages], strict=True):
        codec, payload = Codec.RAW, raw
        if 0 < len(raw) <= SMALL_BYTES:
            frame = next(frames).tobytes()
            if len(frame) < len(raw):
                codec, payload = Codec.ZSTD, frame
        entry = Entry(end, len(payload), codec, len(raw), digest)
        pieces += (entry.header(payload), payload)
        entries.append(entry)
        end = entry.end
    pack = uuid4()
    blobs.put(key(pack), pieces)
    return Pack(pack, end, entries)
