"""Cases: proceedings of the office, and who takes part in them."""

from enum import StrEnum


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
