"""How much a server may make us hold. Beyond any of these the connection ends with `server.limit`.

What is taken apart is larger for a moment: a response by up to ten times (tokens.MOST bounds that), a SEARCH to 150 bytes a UID.
"""

from dataclasses import dataclass

KB, MB = 1024, 1024 * 1024
PIECE = 100  # bytes that each literal counts beside its own, or 4 MB of empty ones would be a hundred
EVENT = 300  # and each response that is kept until its command is answered


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes, except where said otherwise."""

    literal: int = 256 * MB  # one message
    spool_above: int = 8 * MB  # larger messages never lie in memory whole
    response: int = 4 * MB  # one response without its message: an ENVELOPE of 10,000 people is 1 MB
    search: int = 32 * MB  # one SEARCH response: 2,000,000 UIDs
    uids: int = 2_000_000  # a count, of those told again as well: an ESEARCH range could stand for 4,000,000,000
    answer: int = 64 * MB  # all that one command collects
    responses: int = 1_000_000  # a count: those to one command that nobody asked for; a mass EXPUNGE is as long


DEFAULT = Limits()
