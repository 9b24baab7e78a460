"""Folders and their roles. RFC 6154 where the server tells, else the names that people and programs gave them."""

from dataclasses import dataclass
from enum import StrEnum


class FolderRole(StrEnum):
    INBOX = "inbox"
    DRAFTS = "drafts"
    SENT = "sent"
    ARCHIVE = "archive"
    JUNK = "junk"
    TRASH = "trash"
    ALL = "all"
    FLAGGED = "flagged"
    OTHER = ""


SPECIAL_USE = {
    "\\inbox": FolderRole.INBOX,
    "\\drafts": FolderRole.DRAFTS,
    "\\sent": FolderRole.SENT,
    "\\archive": FolderRole.ARCHIVE,
    "\\junk": FolderRole.JUNK,
    "\\trash": FolderRole.TRASH,
    "\\all": FolderRole.ALL,
    "\\flagged": FolderRole.FLAGGED,
}

# Lower case; compared with the last level of the path alone. Polish, English, and what Outlook, Gmail and Thunderbird made of them.
NAMES = {
    FolderRole.DRAFTS: {"drafts", "draft", "wersje robocze", "kopie robocze", "szkice", "robocze"},
    FolderRole.SENT: {"sent", "sent items", "sent mail", "sent messages", "wysłane", "elementy wysłane", "wyslane"},
    FolderRole.ARCHIVE: {"archive", "archives", "archiwum"},
    FolderRole.JUNK: {"junk", "junk e-mail", "junk email", "spam", "bulk mail", "niechciane", "wiadomości-śmieci"},
    FolderRole.TRASH: {
        "trash",
        "deleted",
        "deleted items",
        "deleted messages",
        "bin",
        "kosz",
        "elementy usunięte",
        "usunięte",
    },
}

ORDER = list(FolderRole)

# The UIDVALIDITY of what POP3 placed, under UIDs of our own: no IMAP server may tell it (RFC 3501 §9, nz-number).
DROP = 0


@dataclass(frozen=True, slots=True)
class LocalFolder:
    """A folder as we last knew it. `name` is the wire name; `id` means something to its own store only."""

    id: int
    name: bytes
    uidvalidity: int | None  # None: never opened
    complete_below: int  # every UID below is stored, gone or counted as trouble; 0 while a first fetch is under way
    highestmodseq: int | None  # flags known up to here
    stored: int  # placements on the server, as far as we know
    told: int  # messages on the server when the folder was opened last


def role_of(path: str, delimiter: str | None, attributes: frozenset[str]) -> FolderRole:
    """The role of a folder on its server, without looking at its siblings: the caller gives each role to one folder only."""
    if path.upper() == "INBOX":  # RFC 3501 §5.1: in any case of letters
        return FolderRole.INBOX
    for attribute, role in SPECIAL_USE.items():
        if attribute in attributes:
            return role
    last = path.rsplit(delimiter, 1)[-1] if delimiter else path
    for role, names in NAMES.items():
        if last.lower() in names:
            return role
    return FolderRole.OTHER
