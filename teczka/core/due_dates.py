"""Days as people type them, in Polish and English, and a task typed in one line; pure.

What is read is always shown again as a date before or after it is kept: a word may be understood otherwise than it was meant.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_PLAIN = str.maketrans("ąćęłńóśźż", "acelnoszz")
_LONGEST = 6  # words: "do 3 dni od …" is none
_MONTHS_YEAR = 12
_LEAP = 8  # years until there is surely another 29 February

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
_NAMED = {
    "dzis": 0, "dzisiaj": 0, "today": 0, "jutro": 1, "jutra": 1, "tomorrow": 1,
    "pojutrze": 2, "pojutrza": 2, "day after tomorrow": 2, "the day after tomorrow": 2,
}  # fmt: skip
_WEEKDAYS = (
    "pn pon poniedzialek poniedzialku mon monday",
    "wt wto wtorek wtorku tue tues tuesday",
    "sr sro sroda srode srody wed wednesday",
    "cz czw czwartek czwartku thu thurs thursday",
    "pt pia piatek piatku fri friday",
    "so sob sobota sobote soboty sat saturday",
    "nd ndz niedz niedziela niedziele niedzieli sun sunday",
)
_WEEKDAY = {word: number for number, words in enumerate(_WEEKDAYS) for word in words.split()}
_MONTHS = (
    "sty stycznia jan january", "lut lutego feb february", "mar marca march", "kwi kwietnia apr april", "maj maja may",
    "cze czerwca jun june", "lip lipca jul july", "sie sierpnia aug august", "wrz wrzesnia sep sept september",
    "paz pazdziernika oct october", "lis listopada nov november", "gru grudnia dec december",
)  # fmt: skip
_MONTH = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}
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

_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.?(\d{4}|(?<=\.)\d{2})?r?\.?", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_AFTER = re.compile(r"\+(\d{1,4})([a-z]*)", re.ASCII)
_NUMBER = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[.,]?", re.ASCII)
_YEAR = re.compile(r"\d{4}r?\.?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Typed:
    """A task in one line: "Odpowiedź na pozew @Bartek #I C 12/24 14.05"."""

    title: str
    person: str = ""  # as it was typed behind @
    case: tuple[str, ...] = ()  # the words behind #; those at the end may belong to the title
    due: date | None = None


def read_due(text: str, today: date) -> date | None:
    """The day that the whole of `text` names; None where it names none, or one beyond the calendar."""
    words = text.casefold().translate(_PLAIN).split()
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
    if text in _NAMED:
        return today + timedelta(days=_NAMED[text])
    if text in _END_OF_MONTH:
        return today.replace(day=monthrange(today.year, today.month)[1])
    if len(words) == 1:
        return _one_word(text, today)
    if words[0] in _NEXT:
        return _next(words[1:], today)
    if words[0] in {"za", "in"}:
        return _after(words[1:], today)
    return _with_month(words, today)


def _one_word(word: str, today: date) -> date | None:
    if word in _WEEKDAY:
        return today + timedelta(days=(_WEEKDAY[word] - today.weekday() - 1) % 7 + 1)  # today has a word of its own
    if match := _AFTER.fullmatch(word):
        return _later(today, int(match[1]), match[2] or "d")
    if match := _ISO.fullmatch(word):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _DOTTED.fullmatch(word):
        return _in_year(int(match[1]), int(match[2]), match[3] or "", today)
    return None


def _next(words: list[str], today: date) -> date | None:
    """A day of the week after this one, which begins on Monday."""
    monday = today + timedelta(days=7 - today.weekday())
    if len(words) != 1:
        return None
    if words[0] in _WEEK:
        return monday
    return monday + timedelta(days=_WEEKDAY[words[0]]) if words[0] in _WEEKDAY else None


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


def _with_month(words: list[str], today: date) -> date | None:
    """14 maja, 14 maja 2026 r., May 14, May 14 2026."""
    words = [word for word in words if word not in {"r.", "r", "roku"}]
    if len(words) not in {2, 3} or (len(words) == 3 and not _YEAR.fullmatch(words[2])):
        return None
    day, month = words[:2] if words[1] in _MONTH else (words[1], words[0])
    number = _NUMBER.fullmatch(day)
    if not number or month not in _MONTH:
        return None
    return _in_year(int(number[1]), _MONTH[month], words[2][:4] if len(words) == 3 else "", today)


def _in_year(day: int, month: int, year: str, today: date) -> date | None:
    """Without a year: the next such day, today among them."""
    if year:
        return date(int(year) if len(year) == 4 else 2000 + int(year), month, day)
    return next((one for one in _every_year(day, month, today.year) if one >= today), None)


def _every_year(day: int, month: int, year: int) -> Iterator[date]:
    for each in range(year, min(year + _LEAP, date.max.year) + 1):
        if 1 <= month <= _MONTHS_YEAR and 1 <= day <= monthrange(each, month)[1]:
            yield date(each, month, day)
