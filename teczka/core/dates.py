"""Days as people write them, in Polish and English: those of the calendar, those of some year, and those that are called from today; pure.

What is read is always shown again before or after it is used: a word may be understood otherwise than it was meant.
"""

import re
from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

_LEAP: Final = 8  # years until there is surely another 29 February
_MONTHS_YEAR: Final = 12
_PLAIN: Final = str.maketrans("ąćęłńóśźż", "acelnoszz")


class Called(StrEnum):
    DAY_BEFORE_YESTERDAY = "day_before_yesterday"
    YESTERDAY = "yesterday"
    TODAY = "today"
    TOMORROW = "tomorrow"
    DAY_AFTER_TOMORROW = "day_after_tomorrow"
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Yearly(NamedTuple):
    """Of a year that today decides."""

    month: int
    day: int


Day = date | Called | Yearly

_AWAY = {
    Called.DAY_BEFORE_YESTERDAY: -2,
    Called.YESTERDAY: -1,
    Called.TODAY: 0,
    Called.TOMORROW: 1,
    Called.DAY_AFTER_TOMORROW: 2,
}
_WEEKDAYS = (*Called,)[len(_AWAY) :]
# As it is written: Polish, English. What follows is understood, too, without capitals and diacritics.
NAMES: Final = {
    Called.DAY_BEFORE_YESTERDAY: ("przedwczoraj", "day_before_yesterday", "day before yesterday", "the day before yesterday"),
    Called.YESTERDAY: ("wczoraj", "yesterday", "wczorajszym", "wczorajszego"),
    Called.TODAY: ("dziś", "today", "dzisiaj", "dzisiejszym", "dzisiejszego"),
    Called.TOMORROW: ("jutro", "tomorrow", "jutra", "jutrem"),
    Called.DAY_AFTER_TOMORROW: (
        "pojutrze", "day_after_tomorrow", "pojutrza", "day after tomorrow", "the day after tomorrow",
    ),
    Called.MONDAY: ("poniedziałek", "monday", "poniedziałku", "poniedziałkiem", "pn", "pon", "mon"),
    Called.TUESDAY: ("wtorek", "tuesday", "wtorku", "wtorkiem", "wt", "wto", "tue", "tues"),
    Called.WEDNESDAY: ("środa", "wednesday", "środy", "środę", "środzie", "środą", "śr", "śro", "wed"),
    Called.THURSDAY: ("czwartek", "thursday", "czwartku", "czwartkiem", "cz", "czw", "thu", "thurs"),
    Called.FRIDAY: ("piątek", "friday", "piątku", "piątkiem", "pt", "pią", "fri"),
    Called.SATURDAY: ("sobota", "saturday", "soboty", "sobotę", "sobotą", "so", "sob", "sat"),
    Called.SUNDAY: ("niedziela", "sunday", "niedzieli", "niedzielę", "niedzielą", "nd", "ndz", "niedz", "sun"),
}  # fmt: skip
_MONTHS = (
    "sty styczen stycznia jan january", "lut luty lutego feb february", "mar marzec marca march",
    "kwi kwiecien kwietnia apr april", "maj maja may", "cze czerwiec czerwca jun june", "lip lipiec lipca jul july",
    "sie sierpien sierpnia aug august", "wrz wrzesien wrzesnia sep sept september",
    "paz pazdziernik pazdziernika oct october", "lis listopad listopada nov november",
    "gru grudzien grudnia dec december",
)  # fmt: skip
_MONTH = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}

_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.?(\d{4}|(?<=\.)\d{2})?r?\.?", re.ASCII)
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})(?P<s>[-./])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})", re.ASCII)
_DAY_FIRST = re.compile(r"(?P<d>\d{1,2})(?P<s>[-./])(?P<m>\d{1,2})(?P=s)(?P<y>\d{4})", re.ASCII)
_MONTH_ALONE = (
    re.compile(r"(?P<y>\d{4})(?:[-/.](?P<m>\d{1,2}))?", re.ASCII),
    re.compile(r"(?P<m>\d{1,2})[-/.](?P<y>\d{4})", re.ASCII),
)
_NUMBER = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[.,]?", re.ASCII)
_YEAR = re.compile(r"\d{4}r?\.?", re.ASCII)


def plain(text: str) -> str:
    """Small letters without diacritics, its words one blank apart."""
    return " ".join(text.casefold().translate(_PLAIN).split())


_CALLED = {plain(name): named for named, names in NAMES.items() for name in names}


def read_day(text: str) -> Day | None:
    """What the whole of it names: 14.06, 14/6/2026, 2026-06-14, 14 czerwca, June 14 2026, wczoraj, piątku."""
    text = plain(text)
    return _CALLED.get(text) or full_date(text) or _dotted(text) or _with_month(text.split())


def full_date(text: str) -> date | None:
    """In figures, with its year of four."""
    found = _YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    return _date(int(found["y"]), int(found["m"]), int(found["d"])) if found else None


def beginning(text: str) -> date | None:
    """The first day of a month or year: 2026-05, 5.2026, 2026."""
    found = next(filter(None, (pattern.fullmatch(text.strip()) for pattern in _MONTH_ALONE)), None)
    return _date(int(found["y"]), int(found["m"] or 1), 1) if found else None


def day_of(day: Day, today: date, *, past: bool = False) -> date | None:
    """The next such day, or the last (`past`). Of those of some year today is one; days of the week are others: today has a word of its
    own. None beyond the calendar."""
    if isinstance(day, date):
        return day
    try:
        if isinstance(day, Yearly):
            return _of_some_year(day, today, past)
        if day in _AWAY:
            return today + timedelta(days=_AWAY[day])
        weekday = _WEEKDAYS.index(day)
        if past:
            return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    except OverflowError:
        return None


def weekday_of(word: str) -> int | None:
    """From Monday, 0."""
    named = _CALLED.get(plain(word))
    return _WEEKDAYS.index(named) if named in _WEEKDAYS else None


def _dotted(text: str) -> Day | None:
    match = _DOTTED.fullmatch(text)
    return _of(int(match[1]), int(match[2]), match[3] or "") if match else None


def _with_month(words: list[str]) -> Day | None:
    """14 maja, 14 maja 2026 r., May 14, May 14 2026."""
    words = [word for word in words if word not in {"r.", "r", "roku"}]
    if len(words) not in {2, 3} or (len(words) == 3 and not _YEAR.fullmatch(words[2])):
        return None
    day, month = words[:2] if words[1] in _MONTH else (words[1], words[0])
    number = _NUMBER.fullmatch(day)
    if not number or month not in _MONTH:
        return None
    return _of(int(number[1]), _MONTH[month], words[2][:4] if len(words) == 3 else "")


def _of(day: int, month: int, year: str) -> Day | None:
    if year:
        return _date(int(year) if len(year) == 4 else 2000 + int(year), month, day)
    return Yearly(month, day) if _date(2000, month, day) else None  # a leap year


def _of_some_year(day: Yearly, today: date, past: bool) -> date | None:
    years = range(today.year, today.year - _LEAP - 1, -1) if past else range(today.year, today.year + _LEAP + 1)
    each = (_date(year, day.month, day.day) for year in years)
    return next((one for one in each if one and (one <= today if past else one >= today)), None)


def _date(year: int, month: int, day: int) -> date | None:
    if not (date.min.year <= year <= date.max.year and 1 <= month <= _MONTHS_YEAR):
        return None
    return date(year, month, day) if 1 <= day <= monthrange(year, month)[1] else None
