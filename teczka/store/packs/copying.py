"""What still lives in a pack, in a new one: frames as they are, each read and verified on its way."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from teczka.store.packs import durable
from teczka.store.packs.blobs import Blobs
from teczka.store.packs.format import Entry, key
from teczka.store.packs.reader import stored_pieces
from teczka.store.packs.writer import Pack


def copy_entries(blobs: Blobs, pack: UUID, entries: Sequence[Entry]) -> Pack:
    """A new pack of these, durable when it returns; the old one is not touched. Holds no message: each goes by in pieces.

    Raises PackDamaged, and then there is no new pack: what is damaged is copied nowhere as if it were whole. FileNotFoundError without the
    old one; Problem(DISK_FULL), DurabilityLost.
    """
    path = blobs.incoming / f"{uuid4()}.tmp"
    try:
        descriptor = durable.create(path)
        try:
            made, end = [], 0
            for entry in entries:
                for piece in stored_pieces(blobs, pack, entry):
                    durable.write(descriptor, (piece,))
                made.append(Entry(end, entry.length, entry.codec, entry.raw_length, entry.sha256))
                end = made[-1].end
        finally:
            durable.close(descriptor)
        new = uuid4()
        blobs.put_file(key(new), path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Pack(new, end, made)
