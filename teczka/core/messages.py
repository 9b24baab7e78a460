"""Messages as the house keeps them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored message that a re-match may find again after a change of UIDVALIDITY."""

    placement: int
    size: int
    internaldate_seconds: int  # since the epoch, UTC
    message_id: bytes
