"""Who works in an office."""

from enum import StrEnum


class Role(StrEnum):
    MEMBER = "member"
    ADMINISTRATOR = "administrator"  # keeps people and settings; sees nobody's private mail (P7)


READ_AFTER = 3  # seconds that a message is looked at before it counts as read
FIRST_ZONE = "Europe/Warsaw"  # until an office has chosen its own
