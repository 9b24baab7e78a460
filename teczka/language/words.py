"""Text to index terms. A word stands under its folded form and its folded lemmas, all at one position."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from teczka.language.fold import fold
from teczka.language.lemma import english, polish

MOST_POSITIONS: Final = 16_000  # PostgreSQL counts to 16,383
_LONGEST: Final = 64  # letters of a term
_MOST_WORDS: Final = 200_000
_MOST_OF_ONE: Final = 255  # places of one term that PostgreSQL keeps
_LITERAL: Final = 1_000_000  # bytes; PostgreSQL's own limit is 1,048,575

_WORD: Final = re.compile(r"[^\W_]+")
_LOCAL: Final = re.compile(r"[\w.+-]{1,64}\Z")
_DOMAIN: Final = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_ENGLISH: Final = frozenset(
    "the and of to is that for with this you are have we be your not will please from on as".split()
)


class Term(NamedTuple):
    text: str
    position: int  # from 1; words beyond `MOST_POSITIONS` all stand there


def terms(text: str) -> list[Term]:
    """The index terms of a text in order. An e-mail address is one term, and its parts stand at its position too."""
    words = _words(text)
    in_english = _is_english(words)
    return [
        Term(term, min(place, MOST_POSITIONS))
        for place, word in enumerate(words, 1)
        for term in _of_word(word, in_english)
    ]


def alternatives(word: str) -> tuple[str, ...]:
    """The terms to ask for one typed word: any of them means it. Empty for what holds no word."""
    words = _words(word)
    if len(words) != 1:
        return ()
    return (fold(words[0])[:_LONGEST],) if "@" in words[0] else _of_word(words[0], True)


def phrase(text: str) -> list[tuple[str, ...]]:
    """What to ask for words that stand one behind another: for each the terms of which any means it, as `alternatives`."""
    return [_of_word(fold(word), True)[:1] if "@" in word else _of_word(word, True) for word in _words(text)]


def spelled(text: str) -> list[str]:
    """The words of a text as they stand there, as terms are made of them."""
    return _words(text)


def tsvector(parts: Iterable[tuple[str, str]]) -> str:
    """A PostgreSQL tsvector literal (§8.11.1) of (weight, text) pairs, weights A to D, at most a million bytes.

    Positions go on from part to part with a gap, so that no phrase spans two. Terms that no longer fit are left out, the last first.
    """
    places: dict[str, dict[str, None]] = {}
    offset = 0
    for weight, text in parts:
        words = _words(text)
        in_english = _is_english(words)
        where: dict[str, list[str]] = {}  # each word is looked up once, however often it stands
        mark = "" if weight == "D" else weight
        for place, word in enumerate(words, offset + 1):
            where.setdefault(word, []).append(f"{min(place, MOST_POSITIONS)}{mark}")
        for word, written in where.items():
            for term in _of_word(word, in_english):
                places.setdefault(term, {}).update(dict.fromkeys(written))
        offset = min(offset + len(words) + 8, MOST_POSITIONS)
    out: list[str] = []
    size = 0
    for term, found in places.items():
        entry = f"'{_quoted(term)}':{','.join(islice(found, _MOST_OF_ONE))}"
        size += len(entry.encode()) + 1
        if size > _LITERAL:
            break
        out.append(entry)
    return " ".join(out)


def _quoted(term: str) -> str:
    return term.replace("\\", "\\\\").replace("'", "''").replace("\0", "")


def _words(text: str) -> list[str]:
    """Runs of letters and digits, and e-mail addresses whole. Addresses are sought around each "@" alone: other text costs nothing."""
    out: list[str] = []
    start = 0
    at = text.find("@")
    while at >= 0:
        local, domain = _LOCAL.search(text, max(start, at - 64), at), _DOMAIN.match(text, at + 1)
        if local and domain:
            out += _WORD.findall(text, start, local.start())
            out.append(text[local.start() : domain.end()])
            start = domain.end()
        at = text.find("@", max(start, at + 1))
    out += _WORD.findall(text, start)
    return out[:_MOST_WORDS]


@lru_cache(131_072)
def _of_word(word: str, in_english: bool) -> tuple[str, ...]:
    folded = fold(word)
    if "@" in word:
        found = [folded, folded.rpartition("@")[2], *_WORD.findall(folded)]
    else:
        lemmas = polish(word)
        found = [folded, *map(fold, lemmas)]
        if folded.isascii() and folded.isalpha() and (in_english or not lemmas):
            found.append(english(folded))
    return tuple(dict.fromkeys(term[:_LONGEST] for term in found if term))


def _is_english(words: list[str]) -> bool:
    """A text in whose beginning every twelfth word is one of the commonest English ones."""
    beginning = words[:300]
    return sum(word.lower() in _ENGLISH for word in beginning) * 12 > len(beginning)
