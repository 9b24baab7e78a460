"""What a reference is: a tuple. Two are the same when their tuples are, never because one is written within the other."""

from enum import StrEnum
from typing import NamedTuple

from teczka.core import repertories
from teczka.core.check_digits import land_digit

# Two digits of a year: 70-99 are 1970-1999, 00-69 are 2000-2069. Fixed, so that a stored reference never changes its year.
PIVOT = 70
FIRST_YEAR, LAST_YEAR = 1900 + PIVOT, 1999 + PIVOT

# Places of one kind where a reference might stand that are looked at in one text: a page of nothing else costs no more.
MOST_SIGNS = 20_000

REGISTERS = ("KW", "KRS", "NIP", "REGON", "PESEL")
_TENS = ("", "X", "XX", "XXX", "XL")
_ONES = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
# No court has fifty divisions.
DIVISIONS = frozenset(tens + ones for tens in _TENS for ones in _ONES) - {""}


class Kind(StrEnum):
    COURT = "court"
    ADMINISTRATIVE = "administrative"
    SUPREME = "supreme"
    CONSTITUTIONAL = "constitutional"
    BAILIFF = "bailiff"
    PROSECUTOR = "prosecutor"
    PROCUREMENT = "procurement"
    INSOLVENCY = "insolvency"
    REGISTER = "register"
    OWN = "own"


class Place(StrEnum):
    """Where in a message a reference stands."""

    SUBJECT = "subject"
    TEXT = "text"
    FILE = "file"  # the name of an attachment


class Reference(NamedTuple):
    """A file number, or a number in a register, with every part in its one canonical form.

    repertory: "C", "SA/Wa", "Km", "KIO"; a register's name ("KW", "NIP"); of the office's own, its pattern
    number: digits; within a year without leading zeros, in a register all of them
    year: four digits, 0 where there is none
    division: in Roman numerals; of a prosecutor's office also in digits; of the office's own, the letters of {letters}
    court: the code of a court ("WA1M", "KR1P") or prosecutor's office ("PR", "4045-0"), mostly ""
    suffix: "upr", "z", a letter of a former court ("S"): often left out, so `key` leaves it out
    """

    repertory: str
    number: str
    year: int = 0
    division: str = ""
    court: str = ""
    suffix: str = ""

    @property
    def key(self) -> tuple[str, str, int, str, str]:
        """What to store and look up by."""
        return self[:5]

    @property
    def kind(self) -> Kind:
        if "{" in self.repertory:
            return Kind.OWN
        if self.repertory in REGISTERS and not self.year:
            return Kind.REGISTER
        if self.repertory.startswith("Ds") or (self.court and self.repertory in repertories.PROSECUTOR):
            return Kind.PROSECUTOR
        if len(self.court) == 4:
            return Kind.INSOLVENCY
        if self.repertory in repertories.CONSTITUTIONAL and not self.division:
            return Kind.CONSTITUTIONAL
        return next((kind for kind, names in _KINDS.items() if self.repertory.partition("/")[0] in names), Kind.COURT)

    def __str__(self) -> str:
        if self.kind is Kind.OWN:
            return _filled(self)
        if self.repertory == "KW":
            return f"{self.court}/{self.number}/{land_digit(self.court, self.number)}"
        if self.kind is Kind.REGISTER:
            return f"{self.repertory} {self.number}"
        if self.kind is Kind.INSOLVENCY:
            return f"{self.court}/{self.repertory}/{self.number}/{self.year}"
        head = " ".join(part for part in (self.court, self.division, self.repertory) if part)
        if self.kind is Kind.PROSECUTOR and self.court:
            return f"{head} {self.number}.{self.year}"
        tail = f"/{self.suffix}" if self.suffix.isupper() else f" {self.suffix}".rstrip()
        return f"{head} {self.number}/{self.year % 100:02}{tail}"


_KINDS = {
    Kind.COURT: repertories.ORDINARY,
    Kind.BAILIFF: repertories.BAILIFF,
    Kind.PROCUREMENT: {"KIO"},
    Kind.ADMINISTRATIVE: repertories.NATIONAL | repertories.REGIONAL,
    Kind.SUPREME: repertories.SUPREME,
}


class Found(NamedTuple):
    """A reference in a text: text[start:end] is how it is written there."""

    start: int
    end: int
    reference: Reference


def same(one: Reference, other: Reference) -> bool:
    """Whether both name one file. A suffix that only one of them bears is no difference."""
    return one.key == other.key and (one.suffix == other.suffix or not one.suffix or not other.suffix)


def year(digits: str) -> int:
    """2024 of "24" and of "2024"; 0 for what is no year of ours."""
    if len(digits) == 2:
        return int(digits) + (1900 if int(digits) >= PIVOT else 2000)
    return int(digits) if len(digits) == 4 and FIRST_YEAR <= int(digits) <= LAST_YEAR else 0


def division(written: str) -> str:
    """Roman numerals as they should be written, of "ii" and of a scanner's "lI"; "" for what is none."""
    for read in (written.replace("l", "I"), written):
        if read.upper() in DIVISIONS:
            return read.upper()
    return ""


def _filled(reference: Reference) -> str:
    text = reference.repertory
    for name, value in (("number", reference.number), ("year", reference.year), ("letters", reference.division)):
        text = text.replace(f"{{{name}}}", str(value))
    return text
