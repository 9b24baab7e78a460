"""A message's bytes, whole or one part of them, in pieces: a gigabyte passes through without being held."""

from collections.abc import Iterator
from uuid import UUID

from teczka.mime.content import decode_chunks
from teczka.mime.limits import LIMITS
from teczka.mime.parts import Part
from teczka.store.blobs import blobs
from teczka.store.packs.format import Codec, Entry
from teczka.store.packs.reader import pieces, read, read_range
from teczka.store.queries.messages import MessageText, PartLine


def raw_pieces(message: MessageText) -> Iterator[bytes]:
    """The message, byte for byte; checked against its SHA-256 where it is stored in one frame."""
    return pieces(blobs(), message.pack, message.entry)


def part_pieces(message: MessageText, part: PartLine) -> Iterator[bytes]:
    """The part's decoded bytes. A small message is one frame in its pack and is unpacked once."""
    place = Part(part.path, part.content_type, part.offset, part.length, encoding=part.encoding)
    if message.entry.codec is Codec.ZSTD:
        whole = read(blobs(), message.pack, message.entry)
        return decode_chunks(lambda offset, length: whole[offset : offset + length], place)
    return decode_chunks(lambda offset, length: read_range(blobs(), message.pack, message.entry, offset, length), place)


def raw_head(message: MessageText) -> bytes:
    """Its beginning, with all headers that are ever read."""
    return read_range(blobs(), message.pack, message.entry, 0, LIMITS.header_block)


def upload_pieces(pack: UUID, entry: Entry) -> Iterator[bytes]:
    """A file that was sent up, as it lies in a pack of its own."""
    return pieces(blobs(), pack, entry)
