"""Words made of one another: who half remembers "odmowa" may have read "odmówił". Asked for beside what was typed, never indexed."""

from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

MOST: Final = 8  # relatives of one dictionary form
_SHORTEST: Final = 7  # letters of a verb of which its other aspect is made: "być" is none of "bać"
# Endings of a verb's two aspects, each made of the other where Polish makes such pairs: "wypłacić" and "wypłacać". What is made and is no
# word meets nothing.
_ASPECTS: Final = (
    ("sić", "szać"),
    ("ocić", "acać"),
    ("cić", "cać"),
    ("dzić", "dzać"),
    ("zić", "żać"),
    ("nić", "niać"),
    ("wić", "wiać"),
    ("bić", "biać"),
    ("mić", "miać"),
    ("lić", "lać"),
    ("yć", "ać"),
    ("ać", "ywać"),
)


@lru_cache(65_536)
def related(lemma: str) -> tuple[str, ...]:
    """Dictionary forms of the words that are made of this one, or it of them."""
    found = dict.fromkeys([*_told().get(lemma, ()), *_aspects(lemma), *_adverb(lemma)])
    found.pop(lemma, None)
    return tuple(islice(found, MOST))


@cache
def _told() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines():
        family = [] if line.startswith("#") else line.split()
        for word in family:
            found.setdefault(word, []).extend(family)
    return found


def _aspects(lemma: str) -> list[str]:
    if len(lemma) < _SHORTEST or not lemma.endswith("ć"):
        return []
    ends = [pair for one, other in _ASPECTS for pair in ((one, other), (other, one))]
    return [lemma.removesuffix(end) + becomes for end, becomes in ends if lemma.endswith(end)]


def _adverb(lemma: str) -> list[str]:
    """Of an adjective, or the adjective of an adverb: "zdalny" and "zdalnie"."""
    if lemma.endswith("ny"):
        return [lemma.removesuffix("y") + "ie"]
    return [lemma.removesuffix("ie") + "y"] if lemma.endswith("nie") and len(lemma) >= _SHORTEST else []
