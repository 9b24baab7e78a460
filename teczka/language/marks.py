"""What a word that was written without its Polish marks may have been: "umowe" → "umowę", "zolty" → "żółty".

Marks are tried where Polish has them, fewest first, and the dictionary decides. The number of tries is bounded, and told beforehand.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations, islice
from math import comb
from typing import Final

from teczka.language import lemma

MOST_TRIES: Final = 200  # of one word; one costs about 4 µs
_MOST_MARKS: Final = 4  # in one word
_LONGEST: Final = 24
_VOWELS: Final = frozenset("aeiouy")
_MARKED: Final = {"a": "ą", "c": "ć", "e": "ę", "l": "ł", "n": "ń", "o": "ó", "s": "ś", "z": "żź"}

_Place = tuple[int, str]


def tries(word: str) -> int:
    """How many words `restored` would look up, at most."""
    places = len(_places(word)) if len(word) <= _LONGEST else 0
    return min(MOST_TRIES, sum(comb(places, marks) for marks in range(1, _MOST_MARKS + 1)))


@lru_cache(32_768)
def restored(word: str) -> tuple[str, ...]:
    """The lemmas of what a lower-case word without marks may have been with them."""
    if len(word) > _LONGEST or not lemma.HAS_DICTIONARY:
        return ()
    found = dict.fromkeys(lemma.look_up([*islice(_candidates(word), MOST_TRIES)]))
    return tuple(islice(found, lemma.MOST))


def _candidates(word: str) -> Iterator[str]:
    places = _places(word)
    for marks in range(1, min(_MOST_MARKS, len(places)) + 1):
        for chosen in combinations(places, marks):
            if len({at for at, _ in chosen}) == marks:
                signs = list(word)
                for at, marked in chosen:
                    signs[at] = marked
                yield "".join(signs)


def _places(word: str) -> list[_Place]:
    return [
        (at, marked)
        for at, sign in enumerate(word)
        for marked in _MARKED.get(sign, "")
        if _stands(marked, word[at - 1 : at], word[at + 1 : at + 2])
    ]


def _stands(marked: str, before: str, after: str) -> bool:
    """Whether Polish spelling has this letter between these two ("" at an end): "ci" before a vowel, never "ć"; "sz", never "śz"."""
    vowel_follows = after in _VOWELS and after != ""
    if marked in "ąę":
        return bool(before) and not vowel_follows and (before == "i" or before not in _VOWELS)
    if marked == "ó":
        return bool(after) and not vowel_follows
    if marked in "ńśź" and vowel_follows:
        return False
    if marked == "ć" and vowel_follows and before != "s":  # "zadośćuczynienie"
        return False
    if marked in "ćś":
        return after not in ("z", "h")
    if marked == "ł":
        return after != "i"
    return before not in (("c", "s", "r") if marked == "ź" else ("c", "s"))
