"""Days on which something is due, as people type them, in Polish and English, and a task typed in one line; pure.

What is read is always shown again as a date before or after it is kept: a word may be understood otherwise than it was meant.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from teczka.core.dates import Called, day_of, plain, read_day, weekday_of

_LONGEST = 6  # words: "do 3 dni od …" is none
_MONTHS_YEAR = 12

_BEFORE = {"do", "na", "w", "we", "by", "on", "until", "till", "due", "termin"}
_DATED = {
    "z",
    "ze",
    "dnia",
    "od",
    "of",
    "from",
    "dated",
    "since",
}  # what follows says when something was, not when it is due
_NEXT = {
    "next", "przyszly", "przyszla", "przyszle", "przyszlego", "przyszlej", "przyszlym", "nastepny", "nastepna", "nastepnego", "nastepnej",
}  # fmt: skip
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "jeden": 1, "two": 2, "dwa": 2, "dwie": 2, "three": 3, "trzy": 3, "four": 4, "cztery": 4,
}  # fmt: skip
_DAY = {"d", "dzien", "dni", "day", "days"}
_WEEK = {"t", "w", "tyg", "tydzien", "tygodnie", "tygodni", "tygodniu", "week", "weeks"}
_CALENDAR_MONTH = {"m", "mies", "miesiac", "miesiace", "miesiecy", "month", "months"}
_END_OF_MONTH = {"koniec miesiaca", "konca miesiaca", "end of month", "end of the month"}

_AFTER = re.compile(r"\+(\d{1,4})([a-z]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Typed:
    """A task in one line: "Odpowiedź na pozew @Bartek #I C 12/24 14.05"."""

    title: str
    person: str = ""  # as it was typed behind @
    case: tuple[str, ...] = ()  # the words behind #; those at the end may belong to the title
    due: date | None = None


def read_due(text: str, today: date) -> date | None:
    """The day that the whole of `text` names; None where it names none, or one beyond the calendar."""
    words = plain(text).split()
    while words and words[0] in _BEFORE:
        words.pop(0)
    try:
        return _read(words, today) if words and len(words) <= _LONGEST else None
    except (ValueError, OverflowError):
        return None


def read_line(line: str, today: date) -> Typed:
    words = line.split()
    words, due = _without_due(words, today)
    title: list[str] = []
    case: list[str] = []
    person, into = "", title
    for word in words:
        if word.startswith("@") and len(word) > 1 and not person:
            person, into = word[1:], title
        elif word.startswith("#") and len(word) > 1 and not case:
            case.append(word[1:])
            into = case
        else:
            into.append(word)
    if not title:  # a day, or a case, is no title: then all of it is
        return Typed(" ".join(line.split()))
    return Typed(" ".join(title), person, tuple(case), due)


def _without_due(words: list[str], today: date) -> tuple[list[str], date | None]:
    """The longest end of the line that names a day."""
    for count in range(min(_LONGEST, len(words) - 1), 0, -1):
        before = words[-count - 1].casefold()
        due = None if before in _DATED else read_due(" ".join(words[-count:]), today)
        if due:
            return words[:-count], due
    return words, None


def _read(words: list[str], today: date) -> date | None:
    text = " ".join(words)
    if text in _END_OF_MONTH:
        return today.replace(day=monthrange(today.year, today.month)[1])
    if words[0] in _NEXT:
        return _next(words[1:], today)
    if words[0] in {"za", "in"}:
        return _after(words[1:], today)
    if match := _AFTER.fullmatch(text):
        return _later(today, int(match[1]), match[2] or "d")
    day = None if "/" in text else read_day(text)  # so numbers are written, too
    due = day_of(day, today) if day else None
    return None if due and isinstance(day, Called) and due < today else due


def _next(words: list[str], today: date) -> date | None:
    """A day of the week after this one, which begins on Monday."""
    monday = today + timedelta(days=7 - today.weekday())
    if len(words) != 1:
        return None
    if words[0] in _WEEK:
        return monday
    weekday = weekday_of(words[0])
    return None if weekday is None else monday + timedelta(days=weekday)


def _after(words: list[str], today: date) -> date | None:
    """Behind "za" and "in": 3 dni, tydzień, a week."""
    if len(words) not in {1, 2}:
        return None
    count = (
        1 if len(words) == 1 else _NUMBERS.get(words[0], int(words[0]) if re.fullmatch(r"[0-9]{1,4}", words[0]) else -1)
    )
    return _later(today, count, words[-1]) if count >= 0 else None


def _later(today: date, count: int, unit: str) -> date | None:
    if unit in _DAY:
        return today + timedelta(days=count)
    if unit in _WEEK:
        return today + timedelta(weeks=count)
    if unit not in _CALENDAR_MONTH:
        return None
    years, month = divmod(today.month - 1 + count, _MONTHS_YEAR)
    year, month = today.year + years, month + 1
    return date(year, month, min(today.day, monthrange(year, month)[1])) if year <= date.max.year else None
