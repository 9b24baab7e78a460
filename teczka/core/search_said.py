"""A query's tree as text: in one way alone, in either language, and read as the same tree again (core/search.py)."""

import re

from teczka.core import search_words as known
from teczka.core.dates import NAMES, Called, Day, Yearly
from teczka.core.search_operators import begins_number, begins_reference, is_reference, since_day
from teczka.core.search_tree import (
    All,
    Any,
    HasFile,
    In,
    Is,
    Larger,
    Leaf,
    Name,
    Named,
    Node,
    Not,
    Phrase,
    Prefix,
    Since,
    Where,
    Within,
    Words,
)
from teczka.core.search_words import POWERS, written


def said(node: Node, language: str) -> str:
    """As part of a larger query."""
    match node:
        case Words(text, where):
            return _field(where, language) + (f"({text})" if where and _is_apart(text, where) else text)
        case Prefix(text, where):
            return f"{_field(where, language)}{text}*"
        case Phrase(text, where):
            return f'{_field(where, language)}"{text}"'
        case Not(of):
            alone = isinstance(of, Words) and not of.where and begins_reference(of.text)
            return f"-({said(of, language)})" if alone else f"-{one_of(of, language)}"
        case All(of):
            return " ".join(said(each, language) for each in of)
        case Any(of):
            between = f" {written(known.OR, language)} "
            return f"({between.join(one_of(each, language) for each in of)})"
    return _said_operator(node, language)


def one_of(node: Node, language: str) -> str:
    words = isinstance(node, Words) and not node.where and " " in node.text and not is_reference(node.text)
    return f"({said(node, language)})" if words or isinstance(node, All) else said(node, language)


def _is_apart(text: str, where: Where) -> bool:
    """These words would be read otherwise, or with others, did they stand without parentheses."""
    if where in (Where.FROM, Where.TO):
        return " " in text or since_day(text) is not None
    return begins_reference(text) or (" " in text and not is_reference(text))


def _said_operator(leaf: Leaf, language: str) -> str:
    def one(names: tuple[str, ...], value: str) -> str:
        return f"{written(names, language)}:{value}"

    match leaf:
        case HasFile():
            return one(known.HAS, written(known.FILE, language))
        case Is(state):
            return one(known.IS, written(known.STATES[state], language))
        case In(role):
            return one(known.IN, next(written(names, language) for key, names in known.ROLES.items() if key == role))
        case Named(kind, text):
            bare = text and not re.search(r'[\s()|"„”“«»]', text) and not text.startswith("-")
            bare = bare and not (kind is Name.CASE and begins_number(text))
            return one(known.NAMED[kind], text if bare else f'"{text}"')
        case Since(day, before, through):
            names = known.UNTIL if through else known.BEFORE if before else known.SINCE
            return one(names, _day(day, language))
        case Within(count, unit, older):
            return one(known.OLDER if older else known.NEWER, f"{count}{written(known.UNITS[unit], language)}")
        case Larger(size, smaller):
            power = (
                next(sign for sign in "gmk" if size and size % POWERS[sign] == 0) if size % 1000 == 0 and size else ""
            )
            return one(known.SMALLER if smaller else known.LARGER, f"{size // POWERS[power]}{power.upper()}")
    raise TypeError(leaf)


def _day(day: Day, language: str) -> str:
    match day:
        case Called():
            return written(NAMES[day], language)
        case Yearly(month, number):
            return f"{number}.{month:02}"
    return day.isoformat()


def _field(where: Where, language: str) -> str:
    return f"{written(known.WHERE[where], language)}:" if where else ""
