"""Who works in an office."""

from enum import StrEnum


class Role(StrEnum):
    MEMBER = "member"
    ADMINISTRATOR = "administrator"  # keeps people and settings; sees nobody's private mail (P7)


READ_AFTER = 3  # seconds that a message is looked at before it counts as read
FIRST_ZONE = "Europe/Warsaw"  # until an office has chosen its own


def initials(name: str) -> str:
    """ "Anna Lipowska-Nowak" → "AL": who it is, where there is room for no more."""
    words = [word for word in name.split() if word[0].isalpha() and not _title(word)] or name.split()
    return "".join(word[0].upper() for word in (words[:1] + words[1:][-1:]))


def _title(word: str) -> bool:
    """ "adw.", "r.", "pr.", but not "J." """
    return word.islower() and word.endswith(".")
