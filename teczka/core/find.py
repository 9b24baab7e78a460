"""Fuzzy find over thousands of short lines in memory: a case by its number, its references, names; words in any order, as typed.

Text comes folded (`language.fold`). frontend/src/find.ts is the same in the browser, held to the same vectors (tests/core/data/find.json).

A line is what `haystack` makes, its pieces between spaces: " =kan'12/24 #ic'123/24 kowalski jan ". "=" begins the own number, "#" a
reference, both without spaces and with two digits of the year; "'" stands before digits that follow letters, so that 12/24 is found as a
whole and not within 112/24. A number is then an exact piece or not, and looking for it costs a search for a substring.
"""

import re
from collections.abc import Iterable, Sequence
from heapq import nsmallest
from itertools import pairwise
from typing import Final, NamedTuple

FEW: Final = 8  # with fewer hits than these, words with a slip are looked for, too
_SHORT: Final = 3  # letters of a word that may leave some out; one more for a typing error
_LETTERS: Final = 4  # of a division or repertory at most, where spaces stand within a reference
_PARTS: Final = 3  # "II SA/Wa 12/24", "I C upr 12/24"

_BETWEEN_DIGITS: Final = re.compile(r"(?<=\d)[^\w/]+(?=\d)")
_NO_NUMBER: Final = re.compile(r"[^\w/]+|_+")
_CENTURY: Final = re.compile(r"/(?:19|20)(\d\d)(?!\d)")
_BEFORE_DIGITS: Final = re.compile(r"([^\W\d_])/?(?=\d)")
_YEAR_BEGUN: Final = re.compile(r"/(?:19|20)(\d?)\Z")
_WORD: Final = re.compile(r"[^\W_]+")
_TYPED: Final = re.compile(r"[^\W_]+(?:/[^\W_]*)*")
_AROUND_SLASH: Final = re.compile(r"\s*/\s*")

# How well a word of the query fits, the best first.
(
    _NUMBER,
    _REFERENCE,
    _NUMBER_BEGINS,
    _REFERENCE_BEGINS,
    _DIGITS,
    _DIGITS_BEGIN,
    _WHOLE_WORD,
    _WORD_BEGINS,
    _INSIDE,
    _SLIP,
) = range(10)


class _Typed(NamedTuple):
    """One word of the query."""

    anywhere: tuple[str, ...]  # one of these is in every line that it fits
    signs: tuple[tuple[str, int], ...]  # what shows how well it fits, the best first
    slip: re.Pattern[str] | None  # fits words with a slip


def haystack(number: str, references: Iterable[str], words: Iterable[str]) -> str:
    """The line of a case: its own number, its references, and all else that it is found by. Everything folded."""
    pieces = ["=" + _number(number), *("#" + _number(one) for one in references)]
    pieces += [word for text in words for word in _WORD.findall(text)]
    return f" {' '.join(piece for piece in dict.fromkeys(pieces) if piece not in {'=', '#'})} "


def find(query: str, lines: Sequence[str], most: int | None = None) -> list[int]:
    """The places of the lines that all words of the folded query are in, the best first; of equals the earlier. Empty for an empty query.

    A reference may be typed in any way: "ic12/24", "I C 12 / 2024"; one that is whole stands before all that merely contain it.
    """
    readings = _readings(query)
    ranks: dict[int, int] = {}
    for reading in readings:
        for place in _narrowed(reading, lines):
            rank = _rank(reading, lines[place])
            ranks[place] = min(rank, ranks.get(place, rank))
    if readings and len(ranks) < FEW:
        ranks |= _with_slips(readings[-1], [place for place in range(len(lines)) if place not in ranks], lines)
    ranked = [(rank, place) for place, rank in ranks.items()]
    return [place for _, place in (sorted(ranked) if most is None else nsmallest(most, ranked))]


def _number(folded: str) -> str:
    """ "I C 12/2024" and "ic12 / 24" → "ic'12/24"; "4045-0.Ds.12.2024" → "4045/0ds'12/24"."""
    squeezed = _NO_NUMBER.sub("", _BETWEEN_DIGITS.sub("/", _AROUND_SLASH.sub("/", folded)))
    return _BEFORE_DIGITS.sub(r"\1'", _CENTURY.sub(r"/\1", squeezed))


def _readings(query: str) -> list[list[_Typed]]:
    """The ways to read the query: as one number; with letters before digits drawn to them ("i c 12/24 nowak"); word by word, the last."""
    typed = [
        word
        for token in _TYPED.findall(_AROUND_SLASH.sub("/", query))
        for word in ([token] if _has_digit(token) else token.split("/"))
        if word
    ]
    if not typed:
        return []
    readings = [typed]
    first = next((place for place, word in enumerate(typed) if word[0].isdigit()), 0)
    for begin in range(first - 1, max(-1, first - _PARTS - 1), -1):
        if len(typed[begin]) > _LETTERS or _has_digit(typed[begin]):
            break
        readings.insert(0, [*typed[:begin], "".join(typed[begin : first + 1]), *typed[first + 1 :]])
    if _has_digit(query):
        readings.insert(0, [query])
    return [list(map(_typed, reading)) for reading in readings]


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _typed(word: str) -> _Typed:
    if not _has_digit(word):
        signs = [(f" ={word}", _NUMBER_BEGINS), (f" #{word}", _REFERENCE_BEGINS), *_as_word(word)]
        return _Typed((word,), tuple(signs), _slip(word))
    number = _number(word)
    begun = _YEAR_BEGUN.sub(r"/\1", number)  # "ic12/20" is on the way to 2024
    signs = [(f" ={number} ", _NUMBER), (f" #{number} ", _REFERENCE)]
    for one in dict.fromkeys((number, begun)):
        signs += [(f" ={one}", _NUMBER_BEGINS), (f" #{one}", _REFERENCE_BEGINS)]
        signs += [(f"'{one} ", _DIGITS), (f"'{one}", _DIGITS_BEGIN)] if one[0].isdigit() else []
    plain = word if word.isalnum() else number
    signs += [*_as_word(plain), (begun, _INSIDE)]
    anywhere = (begun,) if plain == number else (begun, plain)  # `number` begins with `begun`
    return _Typed(anywhere, tuple(sorted(signs, key=lambda sign: sign[1])), None)


def _as_word(word: str) -> list[tuple[str, int]]:
    return [(f" {word} ", _WHOLE_WORD), (f" {word}", _WORD_BEGINS), (word, _INSIDE)]


def _narrowed(reading: list[_Typed], lines: Sequence[str]) -> Sequence[int]:
    """The lines that every word is in, whatever its rank."""
    places: Sequence[int] = range(len(lines))
    for word in sorted(reading, key=lambda one: -len(one.anywhere[0])):
        if len(word.anywhere) == 1:
            only = word.anywhere[0]
            places = [place for place in places if only in lines[place]]
        else:
            places = [place for place in places if any(one in lines[place] for one in word.anywhere)]
    return places


def _rank(reading: list[_Typed], line: str) -> int:
    """How well the line fits: first by the word that fits worst, then by all together."""
    worst = total = 0
    for word in reading:
        rank = _rank_of(word, line)
        total += rank
        worst = max(worst, rank)
    return worst * 1000 + total


def _rank_of(word: _Typed, line: str) -> int:
    for sign, rank in word.signs:
        if sign in line:
            return rank
    return _SLIP


def _with_slips(reading: list[_Typed], places: Sequence[int], lines: Sequence[str]) -> dict[int, int]:
    """Ranks of the lines that every word is in with a slip; a number must be there as it was typed."""
    for word in reading:
        slip, one = word.slip, word.anywhere[0]
        if slip:
            places = [place for place in places if one in lines[place] or slip.search(lines[place])]
        else:
            places = [place for place in places if any(one in lines[place] for one in word.anywhere)]
    return {place: _rank(reading, lines[place]) for place in places}


def _slip(word: str) -> re.Pattern[str] | None:
    """Words that begin with this one but for letters left out ("kwlski"), or for one that is wrong, too much or in its neighbour's place.

    Linear in the line: what may be between two letters holds neither a space nor the next letter.
    """
    if len(word) < _SHORT:
        return None
    ways = ["".join(f"[^ {sign}]*{sign}" for sign in word[1:])]
    if len(word) > _SHORT:
        for place, (sign, following) in enumerate(pairwise(word + " ")):
            if place:
                ways += [f"{word[1:place]}[^ ]{word[place + 1 :]}", word[1:place] + word[place + 1 :]]
                ways += [word[1:place] + following + sign + word[place + 2 :]] if following != " " else []
    first = f"|[^ ]{word[1:]}" if len(word) > _SHORT else ""
    return re.compile(f" (?:{word[0]}(?:{'|'.join(dict.fromkeys(ways))}){first})")
