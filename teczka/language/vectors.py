"""A letter's words as PostgreSQL keeps them (§8.11.1): tsvector literals.

The first holds every term of the letter, so that "all of these words" is one look into one index. PostgreSQL counts places to 16,383: of
a longer letter the first literal holds no places, and others follow, a stretch of the letter each, for words that stand side by side.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from typing import Final

from teczka.core.references import Reference
from teczka.language.fields import Field
from teczka.language.initials import initials
from teczka.language.numbers import numbers
from teczka.language.words import ENGLISH, composed, lexemes, of_reference, reading_of, spelled

STRETCH: Final = 16_000  # words
OVERLAP: Final = 16  # words that two stretches share: no phrase is longer
_GAP: Final = 8  # places between two fields, so that no phrase spans them
_PIECE: Final = 200_000  # signs that are read at once
_TERM: Final = re.compile(r"'[^']*'")
_QUOTED: Final = re.compile(r"\n(?:>|(?:Od|From): )")
_MOST_PLACES: Final = 255 * 6  # signs of one word's places; PostgreSQL keeps 255 of them
_MOST_TERMS: Final = 250_000  # more do not fit anyway
_MOST_KNOWN: Final = 65_536  # words read one way; about 30 MB
_MOST_TRIES: Final = 30_000  # of words without marks in one letter, then of unknown ones: 0.3 s
LITERAL: Final = 1_000_000  # bytes; PostgreSQL's own limit is 1,048,575
_WEIGHT: Final = {Field.SUBJECT: "A", Field.FROM: "B", Field.TO: "B", Field.FILE: "C"}
_PLACES: Final = {weight: [f"{place}{weight}" for place in range(STRETCH + 1)] for weight in ("", "A", "B", "C")}

Numbered = Iterable[tuple[Field, Reference]]


def vectors(parts: Iterable[tuple[Field, str]], references: Numbered = ()) -> list[str]:
    """Literals of a letter's parts; [1:] only of long ones. Each at most `LITERAL` bytes: what no longer fits is left out, the last first.

    Every term stands plain, and behind its field's mark where the field has one. Places bear their field's weight: A subject, B people,
    C file names, none the text.
    """
    letter = _Letter()
    for field, text in parts:
        letter.read(field, composed(text))
    for field, reference in references:
        for term in of_reference(reference):
            letter.add(field, quoted(term))
    return letter.literals()


class _Letter:
    """Written word by word: a term that several of them mean stands once for each, and PostgreSQL joins their places as it reads."""

    def __init__(self) -> None:
        self._tries = _MOST_TRIES
        self._all: dict[str, None] = {}  # terms of the stretches that are done
        self._done: list[str] = []
        self._standing: list[str] = []  # entries of this stretch
        self._placeless: dict[str, None] = {}  # terms that stand nowhere
        self._next = 1

    def read(self, field: Field, text: str) -> None:
        for piece in _pieces(text):
            words = spelled(piece)
            reading = reading_of(piece, words)
            at = 0
            while len(words) - at > STRETCH + 1 - self._next:
                rest = STRETCH + 1 - self._next
                self._stand(field, words[at : at + rest], reading)
                at += max(0, rest - OVERLAP)
                self._end()
            self._stand(field, words[at:] if at else words, reading)
            for one in numbers(piece) + initials(piece):
                self.add(field, one.term)
        self._next += _GAP
        if self._next > STRETCH:
            self._end()

    def add(self, field: Field, term: str) -> None:
        """Without a place."""
        self._placeless[f"'{term}'"] = None
        if field.mark:
            self._placeless[f"'{field.mark}{term}'"] = None

    def literals(self) -> list[str]:
        if not self._done:
            return [_literal([*self._standing, *self._placeless])]
        self._end()
        return [_literal([*self._all, *self._placeless]), *self._done]

    def _stand(self, field: Field, words: list[str], reading: int) -> None:
        where: dict[str, str] = {}  # each word is looked up once, however often it stands
        places = _PLACES[_WEIGHT.get(field, "")]
        for word, place in zip(words, places[self._next : self._next + len(words)], strict=True):
            there = where.setdefault(word, place)
            if there is not place and len(there) < _MOST_PLACES:
                where[word] = f"{there},{place}"
        left = self._tries
        known = _known(reading if left > 0 else _affordable(reading, left), field.mark)
        for word, there in where.items():
            entries = known[word]
            if entries[:1] != "'":
                tries, _, entries = entries.partition(" ")
                left -= int(tries)
                if left <= 0:
                    known = _known(_affordable(reading, left), field.mark)
            self._standing.append(entries.replace("\n", there))
        self._tries = left
        self._next += len(words)

    def _end(self) -> None:
        """Of a stretch."""
        if self._standing:
            terms = dict.fromkeys(chain.from_iterable(map(_TERM.findall, self._standing)))
            self._all.update(islice(terms.items(), max(0, _MOST_TERMS - len(self._all))))
            self._done.append(_literal(self._standing))
            self._standing = []
            self._next = 1


class _Known(dict[str, str]):
    """What `lexemes` tells of words: a literal's entries with line ends where their places go, behind the number of tries where there were
    any. One string, for a tuple of them costs twice as much where thousands of words have passed since. A dictionary of
    its own for each way of reading: half of all work of a letter's words was a cache with keys of several things."""

    def __init__(self, reading: int, mark: str) -> None:
        super().__init__()
        self._reading, self._mark = reading, mark

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST_KNOWN:
            self.clear()
        tries, terms = lexemes(word, self._reading)
        if self._mark:
            terms = (*terms, *(self._mark + term for term in terms))
        entries = " ".join(f"'{term}':\n" for term in terms)
        self[word] = entries = f"{tries} {entries}" if tries or not entries else entries
        return entries


_known = cache(_Known)


def _affordable(reading: int, left: int) -> int:
    """A way of reading that restores no more marks than are left to try: then of unknown words alone, then of none, as English has none.
    What a cache knows is counted, too: the terms are the same whatever was read before."""
    if left > 0 or reading == ENGLISH:
        return reading
    return 0 if left > -_MOST_TRIES else ENGLISH


def _pieces(text: str) -> Iterator[str]:
    """A text in stretches, cut between words and where a quoted letter begins: that may be in another language, or have its marks."""
    quoted = _QUOTED.search(text)
    at = 0
    if quoted:
        yield from _short(text[: quoted.start()])
        at = quoted.start()
    yield from _short(text[at:])


def _short(text: str) -> Iterator[str]:
    at = 0
    while len(text) - at > _PIECE:
        end = max(text.rfind(sign, at + _PIECE // 2, at + _PIECE) for sign in "\n ") + 1 or at + _PIECE
        yield text[at:end]
        at = end
    yield text[at:] if at else text


def _literal(entries: Sequence[str]) -> str:
    whole = " ".join(entries)
    if len(whole) * 4 <= LITERAL or len(whole.encode()) <= LITERAL:
        return whole
    size, out = 0, []
    for each in entries:
        size += len(each.encode()) + 1
        if size > LITERAL:
            break
        out.append(each)
    return " ".join(out)


def quoted(term: str) -> str:
    """What stands between single quotes, in a vector and in a query alike. Words and numbers hold nothing that it would change."""
    return term.replace("\\", "\\\\").replace("'", "''").replace("\0", "")
