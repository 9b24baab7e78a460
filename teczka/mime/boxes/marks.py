"""What programs note in a message's own headers: whether it was read, its labels, and when it came."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from teczka.core.labels import is_keyword, keyword_of
from teczka.mime import dates
from teczka.mime.words import decode_words

HEAD: Final = 100_000  # bytes of headers that are looked through

_NOTED: Final = re.compile(
    rb"^(status|x-status|x-keywords|x-mozilla-status|x-mozilla-keys|x-gmail-labels|received|date)[ \t]*:(.*(?:\n[ \t].*)*)",
    re.MULTILINE | re.IGNORECASE,
)
HEADER: Final = re.compile(rb"(?:>?From [^\n]*\n)?[!-9;-~]+[ \t]*:")  # a message begins so
# Somewhere: blank lines or a BOM may stand before.
HAS_HEADER: Final = re.compile(rb"^[A-Za-z][A-Za-z0-9_.-]*[ \t]*:", re.MULTILINE)
_FOLD: Final = re.compile(rb"\r?\n[ \t]*")

_LETTERS: Final = {"R": "\\Seen", "A": "\\Answered", "F": "\\Flagged", "T": "\\Draft"}  # of Status and X-Status
_MOZILLA: Final = {1: "\\Seen", 2: "\\Answered", 4: "\\Flagged", 0x1000: "$Forwarded"}
_EXPUNGED: Final = 8
# Of Gmail's own labels, in the languages of ours, those that say what a flag says, or nothing.
_UNREAD: Final = {"unread", "nieprzeczytane"}
_STARRED: Final = {"starred", "oznaczone gwiazdką"}
_DRAFT: Final = {"drafts", "draft", "wersje robocze"}
_NOTHING: Final = {
    "opened",
    "otwarte",
    "inbox",
    "odebrane",
    "sent",
    "wysłane",
    "archived",
    "zarchiwizowane",
    "trash",
    "kosz",
}
_CATEGORY: Final = ("category ", "kategoria")

Notes = dict[bytes, bytes]


def notes(raw: bytes) -> Notes:
    """The first of each name, from the message's headers."""
    end = min((at for blank in (b"\n\n", b"\n\r\n") if (at := raw.find(blank, 0, HEAD)) >= 0), default=len(raw[:HEAD]))
    found: Notes = {}
    for line in _NOTED.finditer(raw[:end]):
        found.setdefault(line[1].lower(), _FOLD.sub(b" ", line[2]).strip())
    return found


def flags(noted: Notes) -> frozenset[str]:
    """As IMAP has them. Where nothing speaks of reading, it was read: it is old mail."""
    found: set[str] = set()
    letters = _text(noted, b"status") + _text(noted, b"x-status")
    found |= {flag for letter, flag in _LETTERS.items() if letter in letters}
    mozilla = _mozilla(noted)
    found |= {flag for bit, flag in _MOZILLA.items() if mozilla & bit}
    found |= _keywords(_text(noted, b"x-keywords").split())
    found |= _keywords(_text(noted, b"x-mozilla-keys").split())
    labels = decode_words(noted.get(b"x-gmail-labels", b""))
    found |= _gmail(labels)
    if not letters and not {b"x-mozilla-status", b"x-status"} & noted.keys():
        found |= set() if _UNREAD & {label.strip(' "').casefold() for label in labels.split(",")} else {"\\Seen"}
    return frozenset(found)


def is_expunged(noted: Notes) -> bool:
    """Thunderbird shows it no longer, and will leave it out when it writes the file anew."""
    return bool(_mozilla(noted) & _EXPUNGED)


def arrived(noted: Notes) -> datetime | None:
    """By the last server that had it in hand, else by its sender."""
    for value in (noted.get(b"received", b"").rpartition(b";")[2], noted.get(b"date", b"")):
        moment, forced = dates.read(value.strip())
        if moment and not forced:
            return moment
    return None


def _mozilla(noted: Notes) -> int:
    try:
        return int(_text(noted, b"x-mozilla-status") or "0", 16)
    except ValueError:
        return 0


def _gmail(labels: str) -> set[str]:
    found = set()
    for label in filter(None, (each.strip(' "') for each in labels.split(","))):
        folded = label.casefold()
        if folded in _STARRED:
            found.add("\\Flagged")
        elif folded in _DRAFT:
            found.add("\\Draft")
        elif folded not in _NOTHING | _UNREAD and not folded.startswith(_CATEGORY) and (keyword := keyword_of(label)):
            found.add(keyword)
    return found


def _keywords(words: Iterable[str]) -> set[str]:
    return {word for word in words if is_keyword(word) and not word.startswith("\\")}


def _text(noted: Notes, name: bytes) -> str:
    return noted.get(name, b"").decode("ascii", "replace")
