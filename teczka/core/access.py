"""Who may see and do what (ADR 0023)."""

from enum import StrEnum


class Why(StrEnum):
    """The reason of a grant: why somebody sees another's message."""

    SHARE = "share"  # its owner shared it with them
    TEAM = "team"  # its owner shared it with the team of a case, and they are in it
