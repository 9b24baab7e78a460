"""Operators of a query and the values that each may have, as people write them."""

import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from teczka.core import search_words as known
from teczka.core.dates import Called, Day, beginning, read_day
from teczka.core.search_tree import (
    HasFile,
    In,
    Is,
    Larger,
    Leaf,
    Name,
    Named,
    Prefix,
    Since,
    State,
    Where,
    Within,
    Words,
)
from teczka.core.search_words import POWERS, meant, plain

_SIZE = re.compile(r"(\d{1,9})(k|m|g)?b?\Z")
_SPAN = re.compile(r"(\d{1,4})([^\W\d_]{1,10})\Z")
# What could begin the number of a case, and all of it: I C 12/24, KAN 7/26.
_NUMBER_BEGINS = re.compile(r"(?:[^\W_]{1,4}\.?|[IVXLivxl]{5,8})\Z")
_CASE_NUMBER = re.compile(r"(?:(?:[^\W_]{1,4}\.?|[IVXLivxl]{5,8}) ){1,4}\d{1,6}[/.]\d{2,4}\Z")
_DIVISION = re.compile(r"[IVXLivxl]{1,8}\Z")
# Behind "od:" and "do:" nobody is called so; of days of the week these forms alone: there are people whose name is one.
_NOBODY = (Called.TODAY, Called.YESTERDAY, Called.DAY_BEFORE_YESTERDAY)
_SINCE_WEEKDAYS = ("poniedzialku", "wtorku", "srody", "czwartku", "piatku", "soboty", "niedzieli")


def bare(text: str, where: Where = Where.ANYWHERE) -> Words | Prefix:
    word = text.strip("*")
    return Prefix(word, where) if word and text.endswith("*") else Words(word, where)


def tells(text: str) -> bool:
    return any(sign.isalnum() for sign in text)


def begins_number(text: str) -> bool:
    return bool(_NUMBER_BEGINS.match(text))


def begins_reference(word: str) -> bool:
    """A court's division, in Roman numerals: what stands behind it may be the rest of a reference, wherever words stand."""
    return bool(_DIVISION.match(word))


def is_reference(words: str) -> bool:
    """Of a court, as its division begins it: I C 12/24."""
    return begins_reference(words.partition(" ")[0]) and bool(_CASE_NUMBER.match(words))


def _since(value: str, *, before: bool) -> Leaf | None:
    day = read_day(value) or beginning(value)
    return Since(day, before) if day else None


def _until(value: str) -> Leaf | None:
    """The first day of a month or year is not of what is before it."""
    day = read_day(value)
    return Since(day, before=True, through=True) if day else _since(value, before=True)


def _person(value: str, where: Where) -> Leaf:
    """Or a day: the first or the last one."""
    day = since_day(value)
    if day:
        return Since(day) if where is Where.FROM else Since(day, before=True, through=True)
    return bare(value, where)


def since_day(value: str) -> Day | None:
    """Of what stands behind "od:" and "do:", where it can be nobody's name."""
    day = read_day(value)
    return day if not isinstance(day, Called) or day in _NOBODY or plain(value) in _SINCE_WEEKDAYS else None


def _span(value: str, *, older: bool) -> Leaf | None:
    found = _SPAN.match(value.replace(" ", ""))
    unit = meant(known.UNITS, found[2]) if found else None
    return Within(int(found[1]), unit, older) if found and unit else None


def _size(value: str, *, smaller: bool) -> Leaf | None:
    found = _SIZE.match(value.replace(" ", "").lower())
    return Larger(int(found[1]) * POWERS[found[2] or ""], smaller) if found else None


def _state(value: str) -> Leaf | None:
    word = plain(value).replace(" ", "_")
    states = [(name, state) for state, names in known.STATES.items() for name in map(plain, names)]
    return next((Is(state) for name, state in states if word.startswith(name)), None)


def _filed(value: str) -> Leaf | None:
    if plain(value) in map(plain, known.YES):
        return Is(State.FILED)
    return Is(State.UNFILED) if plain(value) in map(plain, known.NO) else None


def _has(value: str) -> Leaf | None:
    return HasFile() if plain(value) in map(plain, known.FILE) else None


def _in(value: str) -> Leaf | None:
    role = meant(known.ROLES, value.replace(" ", "_"))
    return In(role) if role else _named(value, Name.FOLDER)


def _named(value: str, kind: Name) -> Leaf | None:
    text = " ".join(value.split()).strip()
    return Named(kind, text) if tells(text) else None


Make = Callable[[str], Leaf | None]


class Operator(NamedTuple):
    """`where`: what is looked through for what follows. `goes_on`: whether a value is only the first of these words, which are one."""

    make: Make
    where: Where = Where.ANYWHERE
    goes_on: Callable[[str, str], bool] = lambda value, words: False


def _several(make: Make) -> Operator:
    """Whose value may be more words than one: "1 listopada", "2 tygodnie". What is a value by itself goes not on."""
    return Operator(make, goes_on=lambda value, words: not make(value) and make(words) is not None)


def _of_words(where: Where) -> Operator:
    return Operator(partial(bare, where=where), where, lambda _value, words: is_reference(words))


def _of_name(kind: Name) -> Operator:
    if kind is Name.CASE:
        return Operator(partial(_named, kind=kind), goes_on=lambda _value, words: bool(_CASE_NUMBER.match(words)))
    return Operator(partial(_named, kind=kind))


def _operators() -> dict[str, Operator]:
    table: list[tuple[tuple[str, ...], Operator]] = [
        *((known.WHERE[where], Operator(partial(_person, where=where), where)) for where in (Where.FROM, Where.TO)),
        *((known.WHERE[where], _of_words(where)) for where in (Where.SUBJECT, Where.FILE)),
        *((names, _of_name(kind)) for kind, names in known.NAMED.items()),
        (known.SINCE, _several(partial(_since, before=False))),
        (known.BEFORE, _several(partial(_since, before=True))),
        (known.UNTIL, _several(_until)),
        (known.NEWER, _several(partial(_span, older=False))),
        (known.OLDER, _several(partial(_span, older=True))),
        (known.LARGER, Operator(partial(_size, smaller=False))),
        (known.SMALLER, Operator(partial(_size, smaller=True))),
        (known.IS, Operator(_state)),
        (known.HAS, Operator(_has)),
        (known.IN, Operator(_in)),
        (known.FILED, Operator(_filed)),
    ]
    return {plain(name): operator for names, operator in table for name in names}


OPERATORS = _operators()
