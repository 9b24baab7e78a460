"""Over the judged letters, what is asked of the index finds what it should: in memory, as the index would. `benchmarks.search_quality` asks
PostgreSQL, beside others."""

import re
from collections.abc import Callable, Set
from functools import cache
from itertools import islice
from statistics import mean

import pytest

from teczka.core.references import spans
from teczka.language import lemma
from teczka.language.asking import ask
from teczka.language.fields import Field
from teczka.language.vectors import vectors
from teczka.language.words import spelled
from tests.judged_search import Judged, bare, corpus

TERM = re.compile(r"'((?:[^'\\]|''|\\\\)+)'")
pytestmark = pytest.mark.skipif(not lemma.HAS_DICTIONARY, reason="no dictionary here")


@cache
def indexed() -> tuple[list[Set[str]], list[Judged]]:
    letters, judged = corpus()
    every = (vectors(one.fields(), ((Field.TEXT, found.reference) for found in spans(one.text)))[0] for one in letters)
    return [{term.replace("''", "'") for term in TERM.findall(each)} for each in every], judged


def scored(kinds: str, typed: Callable[[str], str] = str) -> tuple[float, float]:
    """Recall, and precision of the first twenty."""
    terms, judged = indexed()
    recall, precision = [], []
    for one in judged:
        if one.kind in kinds.split(","):
            asked = ask(typed(one.text))
            found = [n for n, there in enumerate(terms) if all(not there.isdisjoint(each.terms) for each in asked)]
            recall.append(len(one.answers.intersection(found)) / len(one.answers))
            precision.append(len(one.answers.intersection(found[:20])) / len(found[:20]) if found else 1.0)
    return mean(recall), mean(precision)


def test_there_is_enough_to_judge_by() -> None:
    terms, judged = indexed()
    assert len(terms) >= 600
    assert sum(one.kind in {"words", "short"} for one in judged) >= 200
    assert all(one.answers for one in judged)


@pytest.mark.parametrize("typed", [str, bare, str.upper])
def test_inflected_words_find_their_letters_and_hardly_any_other(typed: Callable[[str], str]) -> None:
    recall, precision = scored("words,short,names,numbers,references", typed)
    assert recall >= 0.98
    assert precision >= 0.95


def test_references_and_numbers_are_exact() -> None:
    assert scored("references,numbers") == (1.0, 1.0)


@pytest.mark.parametrize("typed", [str, bare, str.upper, str.lower])
def test_each_word_of_a_letter_finds_it(typed: Callable[[str], str]) -> None:
    terms, _ = indexed()
    for letter, there in islice(zip(corpus()[0], terms, strict=True), 0, None, 5):
        for word in dict.fromkeys(spelled(letter.text)):
            assert all(not there.isdisjoint(one.terms) for one in ask(typed(word))), word
