"""Cases: proceedings of the office, and who takes part in them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from uuid import UUID


class CaseState(StrEnum):
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Side(StrEnum):
    """On which side a party stands, as seen from the office."""

    OURS = "ours"
    OPPOSING = "opposing"
    COURT = "court"
    BAILIFF = "bailiff"
    EXPERT = "expert"
    WITNESS = "witness"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PartyCard:
    id: UUID | None  # None: not kept yet
    side: Side
    name: str
    role: str = ""  # "pełnomocnik powoda"
    addresses: tuple[str, ...] = ()  # lower case
    note: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What the office sees of a case, as somebody edits it."""

    number: str  # the office's own; "": none
    name: str
    client: str = ""
    references: tuple[str, ...] = ()  # as written; core/references.py reads each
    state: CaseState = CaseState.OPEN
    opened_on: date | None = None
    closed_on: date | None = None
    parties: tuple[PartyCard, ...] = ()

    @property
    def mark(self) -> str:
        """Another one where anything on the card is another: who edits it finds out that somebody else did, too."""
        return sha256(repr(self).encode()).hexdigest()[:16]
