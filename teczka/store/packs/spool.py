"""A message too large for memory becomes a pack of its own while it arrives."""

from hashlib import sha256
from uuid import uuid4

from teczka.store.packs import durable
from teczka.store.packs.blobs import Blobs
from teczka.store.packs.durable import Buffer
from teczka.store.packs.format import HEADER_BYTES, Codec, Entry, key
from teczka.store.packs.writer import Pack


class SpoolFile:
    """Written from beginning to end, then either `finish` or `discard`, once. Fits `core.mail.Spool`.

    Until `finish` its header is zeros, so that nobody takes a part of a message for a whole one.
    """

    def __init__(self, blobs: Blobs) -> None:
        self.size = 0  # bytes of the message so far
        self._blobs = blobs
        self._digest = sha256()
        self._path = blobs.incoming / f"{uuid4()}.tmp"
        self._descriptor = durable.create(self._path)
        self._open = True
        self._give_up_on_failure((bytes(HEADER_BYTES),))

    @property
    def sha256(self) -> bytes:
        return self._digest.digest()

    def write(self, data: Buffer) -> int:
        """All of it; returns its length. Raises Problem(DISK_FULL), and then the spool is gone."""
        self._give_up_on_failure((data,))
        self._digest.update(data)
        self.size += len(data)
        return len(data)

    def finish(self) -> Pack:
        """The message is whole and durable, in a pack of one entry."""
        entry = Entry(0, self.size, Codec.RAW, self.size, self._digest.digest())
        pack = uuid4()
        try:
            durable.write_at(self._descriptor, entry.header(), 0)
            self._close()
            self._blobs.put_file(key(pack), self._path)
        except BaseException:
            self.discard()
            raise
        return Pack(pack, entry.end, [entry])

    def discard(self) -> None:
        """Nothing remains. May be called again, and after a failure."""
        self._close()
        self._path.unlink(missing_ok=True)

    def _give_up_on_failure(self, pieces: tuple[Buffer, ...]) -> None:
        try:
            durable.write(self._descriptor, pieces)
        except BaseException:
            self.discard()
            raise

    def _close(self) -> None:
        if self._open:
            self._open = False
            durable.close(self._descriptor)
