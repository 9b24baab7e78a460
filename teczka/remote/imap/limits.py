"""How much a server may make us hold. Beyond any of these the connection ends with `server.limit`."""

from dataclasses import dataclass

KB, MB = 1024, 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes, except where said otherwise."""

    literal: int = 256 * MB  # one message
    spool_above: int = 8 * MB  # larger messages never lie in memory whole
    response: int = 4 * MB  # one response without its message: an ENVELOPE of 10,000 people is 1 MB
    search: int = 32 * MB  # one SEARCH response: 2,000,000 UIDs
    uids: int = 2_000_000  # a count: an ESEARCH range of 20 bytes could stand for 4,000,000,000
    answer: int = 64 * MB  # all that one command collects
    responses: int = 1_000_000  # a count: those to one command that nobody asked for; a mass EXPUNGE is as long
    nesting: int = 32  # a depth


DEFAULT = Limits()
