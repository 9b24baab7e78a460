"""The operators' names and values in both languages: how each is written, and by what else it is understood. Compared by `plain`."""

import unicodedata
from collections.abc import Mapping
from typing import TypeVar

from teczka.core.folders import FolderRole
from teczka.core.labels import STANDARD
from teczka.core.search_tree import Name, State, Unit, Where

Key = TypeVar("Key")
_POLISH = str.maketrans("łŁ", "lL")

# As it is written: Polish, English. What follows is understood, too.
WHERE = {
    Where.FROM: ("od", "from", "nadawca"),
    Where.TO: ("do", "to", "dw", "udw", "cc", "bcc", "odbiorca"),
    Where.SUBJECT: ("temat", "subject", "tytuł"),
    Where.FILE: ("plik", "filename", "file", "nazwa"),
}
NAMED = {
    Name.FOLDER: ("folder", "folder"),
    Name.ACCOUNT: ("konto", "account"),
    Name.CASE: ("sprawa", "case", "postępowanie", "sygnatura"),
    Name.LABEL: ("etykieta", "label", "tag", "etykiety"),
}
SINCE = ("po", "after", "since", "od_dnia")
BEFORE = ("przed", "before")
UNTIL = ("do_dnia", "until")  # with that day
NEWER = ("nowsze", "newer_than", "nowsze_niż", "newer")
OLDER = ("starsze", "older_than", "starsze_niż", "older")
LARGER = ("większe", "larger", "size", "larger_than", "większe_niż")
SMALLER = ("mniejsze", "smaller", "smaller_than", "mniejsze_niż")
IS = ("jest", "is")
HAS = ("ma", "has")
IN = ("w", "in")
FILED = ("przypisane", "filed")
YES, NO = ("tak", "yes", "true", "1"), ("nie", "no", "false", "0")

FILE = ("załącznik", "attachment", "załączniki", "attachments", "plik", "file")
# By these beginnings: people write "nieprzeczytana", "nieprzeczytane", "nieprzeczytany".
STATES = {
    State.UNREAD: ("nieprzeczytane", "unread", "nieprzeczytan"),
    State.READ: ("przeczytane", "read", "przeczytan"),
    State.STARRED: ("oznaczone", "starred", "oznaczon", "gwiazdk", "z_gwiazdk", "flagged"),
    State.ANSWERED: ("odpowiedziane", "answered", "odpowiedzian", "replied"),
    State.PRIVATE: ("prywatne", "private", "prywatn"),
    State.SHARED: ("udostępnione", "shared", "udostepnion"),
    State.FILED: ("przypisane", "filed", "przypisan"),
    State.UNFILED: ("nieprzypisane", "unfiled", "nieprzypisan"),
}
ROLES = {
    FolderRole.INBOX: ("odebrane", "inbox", "odebranych", "skrzynka_odbiorcza"),
    FolderRole.SENT: ("wysłane", "sent", "wysłanych"),
    FolderRole.DRAFTS: ("robocze", "drafts", "wersje_robocze", "szkice", "draft"),
    FolderRole.ARCHIVE: ("archiwum", "archive"),
    FolderRole.JUNK: ("spam", "spam", "junk", "śmieci", "spamie"),
    FolderRole.TRASH: ("kosz", "bin", "trash", "koszu", "usunięte"),
}
UNITS = {
    Unit.DAY: ("d", "d", "dni", "dzień", "dnia", "day", "days"),
    Unit.WEEK: ("t", "w", "tyg", "tydzień", "tygodni", "tygodnie", "week", "weeks"),
    Unit.MONTH: ("m", "m", "mies", "miesiąc", "miesiące", "miesięcy", "month", "months"),
    Unit.YEAR: ("r", "y", "rok", "lat", "lata", "year", "years"),
}
# Thunderbird's, which bear no names of their own.
LABELS = dict(
    zip(
        STANDARD,
        (
            ("ważne", "important"),
            ("praca", "work"),
            ("osobiste", "personal"),
            ("do zrobienia", "to do"),
            ("później", "later"),
        ),
        strict=True,
    )
)
POWERS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}
OR = ("LUB", "OR")
AND = ("AND",)
NOT = ("NIE", "NOT")  # words like others: what is left out bears a minus


def plain(text: str) -> str:
    """Without capitals and diacritics."""
    apart = unicodedata.normalize("NFKD", text.translate(_POLISH))
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).lower()


def written(names: tuple[str, ...], language: str) -> str:
    return names[1 if language == "en" else 0]


def meant(table: Mapping[Key, tuple[str, ...]], word: str) -> Key | None:
    return next((key for key, names in table.items() if plain(word) in map(plain, names)), None)
