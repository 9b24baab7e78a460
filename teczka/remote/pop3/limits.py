"""How much a server may make us hold. Beyond any of these the connection ends with `server.limit`, except where it is only how much is
read."""

from dataclasses import dataclass

KB, MB = 1024, 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes, except where said otherwise."""

    line: int = 8 * KB  # a status line: RFC 2449 §4 allows 512
    listing: int = 64 * MB  # all of a LIST or UIDL: a million UIDLs of 64 bytes
    capabilities: int = 8 * KB  # what is read of a CAPA: servers tell some 300 bytes
    entries: int = 1_000_000  # a count: messages that a server says it holds, or lines of a listing
    message: int = 256 * MB
    spool_above: int = 8 * MB  # larger messages never lie in memory whole
    head: int = 256 * KB  # of a TOP, or of a message, that is looked at


DEFAULT = Limits()
