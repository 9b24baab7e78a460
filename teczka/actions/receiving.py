"""A file that somebody sends up: durable before any row speaks of it, and never held whole."""

from collections.abc import Iterable

from teczka.core.errors import Problem, Trouble
from teczka.store.blobs import blobs
from teczka.store.mail import keep_room
from teczka.store.packs.format import key
from teczka.store.packs.spool import SpoolFile
from teczka.store.packs.writer import Pack

MEGABYTE = 1_000_000


def received(name: str, pieces: Iterable[bytes], most: int) -> Pack:
    """A pack of one entry. `most`: bytes. Raises Problem(UPLOAD_LARGE, DISK_FULL), and whatever the pieces raise; then nothing is kept."""
    keep_room(blobs().incoming)
    spool = SpoolFile(blobs())
    try:
        for piece in pieces:
            if spool.size + len(piece) > most:
                raise Problem(Trouble.UPLOAD_LARGE, name=name[:100], megabytes=most // MEGABYTE)
            spool.write(piece)
        return spool.finish()
    except BaseException:
        spool.discard()
        raise


def thrown_away(packed: Pack) -> None:
    """Nobody wants it after all."""
    blobs().delete(key(packed.id))
