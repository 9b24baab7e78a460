"""Dictionary forms: Polish by morfeusz2 (or by PyStemmer where it has no wheel), English by Snowball."""

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from typing import Final

import Stemmer

_MOST: Final = 4  # readings of one form: "party" has five
_LONGEST: Final = 40  # letters; longer words are no words

Analyse = Callable[[str], tuple[str, ...]]


def _morfeusz() -> Analyse:
    analyse = import_module("morfeusz2").Morfeusz(generate=False).analyse
    alone = Lock()  # the analyser keeps state between its steps, and pages search from several threads

    def readings(word: str) -> tuple[str, ...]:
        """The first segment carries the lemma ("zrobił|em"); "Kowalski:Sm1" is "Kowalski"; "ign" means unknown."""
        with alone:
            analysed = analyse(word)
        found = [lemma.partition(":")[0] for start, _, (_, lemma, tag, *_) in analysed if start == 0 and tag != "ign"]
        return tuple(dict.fromkeys(found))[:_MOST]

    return readings


def _snowball(language: str) -> Analyse:
    stem = Stemmer.Stemmer(language).stemWord
    return lambda word: (stem(word),)


_polish: Final = _morfeusz() if find_spec("morfeusz2") else _snowball("polish")
_english: Final = Stemmer.Stemmer("english")


@lru_cache(131_072)
def polish(word: str) -> tuple[str, ...]:
    """Lemmas of a form, at most four; empty for a word that Polish does not know. Names keep their capitals' meaning."""
    if len(word) > _LONGEST or not word.isalpha():
        return ()
    return _polish(word) or (_polish(word.lower()) if word != word.lower() else ())


@lru_cache(65_536)
def english(word: str) -> str:
    """The Snowball stem of a lower-case word."""
    stem: str = _english.stemWord(word)
    return stem
