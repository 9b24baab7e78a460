"""Dictionary forms: Polish by morfeusz2 (or by PyStemmer where it has no wheel), English by Snowball."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from typing import Final

import Stemmer

MOST: Final = 6  # readings of one form: "party" has five
_LONGEST: Final = 40  # letters; longer words are no words
_TOGETHER: Final = 16

Analyse = Callable[[str], tuple[str, ...]]

HAS_DICTIONARY: Final = find_spec("morfeusz2") is not None


def _morfeusz() -> Analyse:
    # The object within: the public method makes five things of each reading, most of what it costs, and we need two of them.
    analyse = import_module("morfeusz2").Morfeusz(generate=False)._morfeusz_obj.analyse
    alone = Lock()  # the analyser keeps state between its steps, and pages search from several threads

    def readings(word: str) -> tuple[str, ...]:
        """The first segment carries the lemma ("zrobił|em"); "Kowalski:Sm1" is "Kowalski". Of several words: whether one is known."""
        with alone:
            analysed = analyse(word)
            found = [
                one.lemma.partition(":")[0]
                for one in analysed
                if not one.isIgn() and (" " in word or not one.startNode)
            ]
        return tuple(lemma for lemma in dict.fromkeys(found) if "_" not in lemma)[:MOST]

    return readings


def _snowball(language: str) -> Analyse:
    stem = Stemmer.Stemmer(language).stemWord
    return lambda word: (stem(word),)


@cache
def _dictionary() -> Analyse:
    """Opened at the first word: that takes a tenth of a second, and most commands never ask."""
    return _morfeusz() if HAS_DICTIONARY else _snowball("polish")


_names: Final = Stemmer.Stemmer("polish")
_english: Final = Stemmer.Stemmer("english")


@lru_cache(32_768)
def polish(word: str) -> tuple[str, ...]:
    """Lemmas of a form, at most `MOST`; empty for a word that Polish does not know. Names keep their capitals' meaning."""
    if len(word) > _LONGEST or not word.isalpha():
        return ()
    readings = _dictionary()
    return readings(word) or (readings(word.lower()) if word != word.lower() else ())


def look_up(words: Sequence[str]) -> Iterator[str]:
    """The lemmas of lower-case words that nobody will ask for again and that are hardly any: asked together, they cost a quarter."""
    readings = _dictionary()
    for at in range(0, len(words), _TOGETHER):
        some = words[at : at + _TOGETHER]
        if readings(" ".join(some)):
            for word in some:
                yield from readings(word)


def ending_off(word: str) -> str:
    """A folded word that no dictionary knows, a name mostly, without what Polish puts behind it: "smithowi" → "smith"."""
    stem: str = _names.stemWord(word)
    return stem


@lru_cache(65_536)
def english(word: str) -> str:
    """The Snowball stem of a lower-case word."""
    stem: str = _english.stemWord(word)
    return stem
