"""Messages as the house keeps them."""

from collections.abc import Collection
from dataclasses import dataclass

from teczka.core.mail import DropHint

TRIES = 3  # at once, of a message that does not come whole, before it waits (store/folders.py says how long)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored message that a re-match may find again after a change of UIDVALIDITY."""

    placement: int
    size: int
    internaldate_seconds: int  # since the epoch, UTC
    message_id: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """A message of a POP3 folder that a listing may name again."""

    placement: int
    hint: DropHint
    here: bool  # the last listing named it; else it had left, or IMAP placed it there


@dataclass(frozen=True, slots=True)
class Loose:
    """Placements that a POP3 listing does not name: they left, or have another name now. Those that bear a UID from `below` on were found
    again meanwhile."""

    placements: Collection[int] = ()
    below: int = 0


NOTHING_LOOSE = Loose()
