"""What the columns of a table of cases are called in both languages, and what may stand in them."""

import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, TypeVar

from teczka.core.cases import CaseState, Side

T = TypeVar("T")
Words = Sequence[Sequence[str]]  # in each of LANGUAGES: the one that is written, and others that are understood

LANGUAGES: Final = ("en", "pl")


class Column(StrEnum):
    NUMBER = "number"
    NAME = "name"
    CLIENT = "client"
    REFERENCES = "references"
    STATE = "state"
    OPENED = "opened_on"
    CLOSED = "closed_on"
    LEAD = "lead"
    TEAM = "team"
    WALLED = "walled"
    SIDE = "side"
    PARTY = "party"
    ROLE = "role"
    ADDRESSES = "addresses"
    NOTE = "note"


OF_PARTY: Final = (Column.SIDE, Column.PARTY, Column.ROLE, Column.ADDRESSES, Column.NOTE)
HEADINGS: Final[Mapping[Column, Words]] = {
    Column.NUMBER: (("number", "own number", "case number", "no"), ("numer", "numer własny", "numer sprawy", "nr")),
    Column.NAME: (("case", "name", "case name"), ("sprawa", "nazwa", "nazwa sprawy")),
    Column.CLIENT: (("client",), ("klient",)),
    Column.REFERENCES: (("references", "reference", "file number"), ("sygnatury", "sygnatura", "sygn. akt")),
    Column.STATE: (("state", "status"), ("stan",)),
    Column.OPENED: (("opened on", "opened"), ("data przyjęcia", "założona", "data założenia", "otwarta")),
    Column.CLOSED: (("closed on", "closed"), ("data zamknięcia", "zamknięta", "zakończona")),
    Column.LEAD: (("led by", "lead"), ("prowadzi", "prowadzący")),
    Column.TEAM: (("team",), ("zespół",)),
    Column.WALLED: (("team only", "walled"), ("tylko dla zespołu",)),
    Column.SIDE: (("side",), ("strona", "po stronie")),
    Column.PARTY: (("party", "party name"), ("uczestnik", "nazwa uczestnika", "imię i nazwisko")),
    Column.ROLE: (("role",), ("rola",)),
    Column.ADDRESSES: (("e-mail", "email", "e-mails", "addresses"), ("adresy e-mail", "adres e-mail", "adresy")),
    Column.NOTE: (("note", "notes"), ("uwagi", "notatka")),
}
STATES: Final[Mapping[CaseState, Words]] = {
    CaseState.OPEN: (("open",), ("w toku", "otwarta")),
    CaseState.SUSPENDED: (("suspended",), ("zawieszona",)),
    CaseState.CLOSED: (("closed",), ("zamknięta", "zakończona")),
}
SIDES: Final[Mapping[Side, Words]] = {
    Side.OURS: (("ours", "our side"), ("nasza", "nasza strona")),
    Side.OPPOSING: (("opposing", "the other side"), ("przeciwna", "strona przeciwna", "przeciwnik")),
    Side.COURT: (("court",), ("sąd",)),
    Side.BAILIFF: (("bailiff",), ("komornik",)),
    Side.EXPERT: (("expert",), ("biegły",)),
    Side.WITNESS: (("witness",), ("świadek",)),
    Side.OTHER: (("other",), ("inna", "inny")),
}
FLAGS: Final[Mapping[bool, Words]] = {
    True: (("yes", "x", "1", "true"), ("tak", "t")),
    False: (("no", "0", "false"), ("nie", "n")),
}


def understood(words: Mapping[T, Words]) -> dict[str, T]:
    """Every word of both languages, `plain`, and what it means."""
    return {plain(word): what for what, languages in words.items() for spelled in languages for word in spelled}


def written(words: Mapping[T, Words], what: T, language: str) -> str:
    return words[what][LANGUAGES.index(language)][0]


def plain(text: str) -> str:
    """Without case, marks and what stands around: "Założona: " is "zalozona"."""
    apart = text.casefold()
    if not apart.isascii():
        apart = unicodedata.normalize("NFKD", apart.replace("ł", "l"))
        apart = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return " ".join(apart.strip(" \t:*.").split())
