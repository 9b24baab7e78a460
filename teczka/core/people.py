"""Who works in an office."""

from enum import StrEnum


class Role(StrEnum):
    MEMBER = "member"
    ADMINISTRATOR = "administrator"  # keeps people and settings; sees nobody's private mail (P7)


FIRST_ZONE = "Europe/Warsaw"  # until an office has chosen its own
