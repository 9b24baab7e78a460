"""Folders and their roles. RFC 6154 where the server tells, else the names that people and programs gave them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import normalize

from teczka.core.mail import RemoteFolder


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

# Case-folded; compared with the last level of the path alone. What providers and programs call them, in Polish and English.
NAMES = {
    FolderRole.DRAFTS: {"drafts", "draft", "wersje robocze", "kopie robocze", "robocze", "szkice"},
    FolderRole.SENT: {"sent", "wysłane", "wyslane"},
    FolderRole.ARCHIVE: {"archive", "archives", "archiwum", "saved"},
    FolderRole.JUNK: {"junk", "spam", "bulk", "niechciane", "wiadomości-śmieci"},
    FolderRole.TRASH: {"trash", "bin", "deleted", "kosz", "usunięte"},
    FolderRole.ALL: {"all mail", "wszystkie"},
    FolderRole.FLAGGED: {"starred", "oznaczone gwiazdką"},
}
# Words beside the name that say nothing: Sent Items, Elementy wysłane, Wiadomości wysłane. "Wysłane do klientów" is its owner's own.
GENERIC = {"mail", "e-mail", "email", "items", "messages", "elementy", "wiadomości", "wiadomosci", "poczta"}

ORDER = list(FolderRole)

# The UIDVALIDITY of what POP3 placed, under UIDs of our own: no IMAP server may tell it (RFC 3501 §9, nz-number).
DROP = 0
# And of what was put into a folder here, until its server tells where it lies: under the operation's id for a UID. Above the numbers of
# store.folders.start_afresh.
AWAITED = -1


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


def roles(listed: Sequence[RemoteFolder], chosen: Mapping[bytes, FolderRole]) -> dict[bytes, FolderRole]:
    """Each folder's role, by wire name, and each role for one folder only. `chosen` by its owner holds above all; then what the server says
    (RFC 6154), then a name, then a name with words beside it; of two alike the one nearest the root."""
    claims = []
    for folder in listed:
        rank, role = claim(folder)
        if role is not FolderRole.OTHER and folder.selectable and folder.name not in chosen:
            depth = folder.path.count(folder.delimiter) if folder.delimiter else 0
            claims.append((rank, depth, len(folder.path), folder.path, folder.name, role))
    given = {role: name for name, role in chosen.items()}
    for *_, name, role in sorted(claims):
        given.setdefault(role, name)
    by_name = {name: role for role, name in given.items()}
    return {folder.name: chosen.get(folder.name, by_name.get(folder.name, FolderRole.OTHER)) for folder in listed}


def claim(folder: RemoteFolder) -> tuple[int, FolderRole]:
    """The role that the folder would have without its siblings, and how sure that is: 0 is the surest."""
    if folder.path.upper() == "INBOX":  # RFC 3501 §5.1: in any case of letters
        return 0, FolderRole.INBOX
    for attribute, role in SPECIAL_USE.items():
        if attribute in folder.attributes:
            return 0, role
    last = folder.path.rsplit(folder.delimiter, 1)[-1] if folder.delimiter else folder.path
    name = normalize("NFC", last).casefold()
    bare = " ".join(word for word in name.split() if word not in GENERIC)
    for rank, word in ((1, name), (2, bare)):
        for role, names in NAMES.items():
            if word in names:
                return rank, role
    return 3, FolderRole.OTHER


LONGEST_NAME = 100
LONGEST_WIRE_NAME = 1000  # bytes: an index holds some 2,700 of a row
# What we call a folder that we make because somebody wants to use it: names that we, and others, know again.
CALLED = {
    "pl": {
        FolderRole.ARCHIVE: "Archiwum",
        FolderRole.TRASH: "Kosz",
        FolderRole.JUNK: "Spam",
        FolderRole.SENT: "Wysłane",
        FolderRole.DRAFTS: "Wersje robocze",
    },
    "en": {
        FolderRole.ARCHIVE: "Archive",
        FolderRole.TRASH: "Trash",
        FolderRole.JUNK: "Spam",
        FolderRole.SENT: "Sent",
        FolderRole.DRAFTS: "Drafts",
    },
}


def root(paths: Collection[str], delimiter: str) -> str:
    """What a folder of one's own begins with: some servers keep all of them below INBOX (Courier, Cyrus), and allow no others."""
    below = f"INBOX{delimiter}"
    others = [path for path in paths if path.upper() != "INBOX"]
    if not (delimiter and others and all(path.upper().startswith(below) for path in others)):
        return ""
    return others[0][: len(below)]  # in the letters that the server writes


def levels(path: str, delimiter: str) -> list[str]:
    """The names from the top down. Some servers keep every folder below INBOX (Courier, Cyrus); people need not see that."""
    names = path.split(delimiter) if delimiter else [path]
    return names[1:] if len(names) > 1 and names[0].upper() == "INBOX" else names


def is_name(name: str, delimiter: str) -> bool:
    """Whether it can be one level of a path: without wildcards of LIST (RFC 3501 §6.3.8), namespaces' signs and what does not print."""
    signs = {"%", "*", delimiter or "/"}
    return 0 < len(name) <= LONGEST_NAME and name.isprintable() and not signs & set(name) and name[0] not in "#~&"
