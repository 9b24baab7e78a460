"""Text to index terms. A word stands under its folded form and its folded lemmas, all at one position."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from teczka.language.fold import fold
from teczka.language.lemma import english, polish

MOST_POSITIONS: Final = 16_000  # PostgreSQL counts to 16,383
_LONGEST: Final = 64  # letters of a term
_MOST_WORDS: Final = 200_000
_MOST_OF_ONE: Final = 255  # places of one term that PostgreSQL keeps
_LITERAL: Final = 1_000_000  # bytes; PostgreSQL's own limit is 1,048,575

_WORD: Final = re.compile(r"(?P<mail>(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})|[^\W_]+")
_INSIDE: Final = re.compile(r"[^\W_]+")
_ENGLISH: Final = frozenset(
    "the and of to is that for with this you are have we be your not will please from on as".split()
)


class Term(NamedTuple):
    text: str
    position: int  # from 1; words beyond `MOST_POSITIONS` all stand there


def terms(text: str) -> list[Term]:
    """The index terms of a text in order. An e-mail address is one term, and its parts stand at its position too."""
    words = [
        (match.group(), match["mail"] is not None)
        for match, _ in zip(_WORD.finditer(text), range(_MOST_WORDS), strict=False)
    ]
    in_english = _is_english([word for word, _ in words[:2_000]])
    out: list[Term] = []
    for place, (word, is_mail) in enumerate(words, 1):
        position = min(place, MOST_POSITIONS)
        found = _of_address(word) if is_mail else _of_word(word, in_english)
        out += [Term(term, position) for term in found]
    return out


def alternatives(word: str) -> tuple[str, ...]:
    """The terms to ask for one typed word: any of them means it. Empty for what holds no word."""
    if _WORD.fullmatch(word) is None:
        return ()
    return (fold(word)[:_LONGEST],) if "@" in word else _of_word(word, True)


def tsvector(parts: Iterable[tuple[str, str]]) -> str:
    """A PostgreSQL tsvector literal (§8.11.1) of (weight, text) pairs, weights A to D, at most a million bytes.

    Positions go on from part to part with a gap, so that no phrase spans two. Terms that no longer fit are left out, the last first.
    """
    places: dict[str, list[str]] = {}
    offset = 0
    for weight, text in parts:
        mark = "" if weight == "D" else weight
        last = 0
        for term, place in terms(text):
            where = places.setdefault(term, [])
            if len(where) < _MOST_OF_ONE:
                written = f"{min(offset + place, MOST_POSITIONS)}{mark}"
                if not where or where[-1] != written:
                    where.append(written)
            last = place
        offset = min(offset + last + 8, MOST_POSITIONS)
    out: list[str] = []
    size = 0
    for term, where in places.items():
        entry = f"'{_quoted(term)}':{','.join(where)}"
        size += len(entry.encode()) + 1
        if size > _LITERAL:
            break
        out.append(entry)
    return " ".join(out)


def _quoted(term: str) -> str:
    return term.replace("\\", "\\\\").replace("'", "''").replace("\0", "")


@lru_cache(131_072)
def _of_word(word: str, in_english: bool) -> tuple[str, ...]:
    folded = fold(word)
    lemmas = polish(word)
    found = [folded, *map(fold, lemmas)]
    if folded.isascii() and folded.isalpha() and (in_english or not lemmas):
        found.append(english(folded))
    return tuple(dict.fromkeys(term[:_LONGEST] for term in found if term))


def _of_address(address: str) -> tuple[str, ...]:
    folded = fold(address)
    parts = (folded, folded.rpartition("@")[2], *_INSIDE.findall(folded))
    return tuple(dict.fromkeys(term[:_LONGEST] for term in parts if term))


def _is_english(words: list[str]) -> bool:
    """A text in which every twelfth word is one of the commonest English ones."""
    return sum(word.lower() in _ENGLISH for word in words) * 12 > len(words)
