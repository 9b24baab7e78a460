import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.find import find, haystack
from teczka.language.fold import fold

VECTORS = json.loads((Path(__file__).parent / "data" / "find.json").read_text("utf-8"))
TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
NUMBER = st.from_regex(r"(KAN/|[IVX]{1,3} (C|Ca|GC|Nc) |Km )[1-9][0-9]{0,2}/(19|20)?[0-9]{2}", fullmatch=True)


def line(number: str, *words: str) -> str:
    return haystack("", [fold(number)], map(fold, words))


@pytest.mark.parametrize(
    ("case", "expected"), list(zip(VECTORS["cases"], VECTORS["lines"], strict=True)), ids=lambda it: str(it)[:40]
)
def test_a_case_becomes_its_line(case: list[object], expected: str) -> None:
    number, references, words = case
    assert haystack(fold(str(number)), map(fold, references), map(fold, words)) == expected  # type: ignore[call-overload]


@pytest.mark.parametrize(("query", "expected"), VECTORS["queries"])
def test_each_query_finds_its_lines_in_this_order(query: str, expected: list[int]) -> None:
    assert find(fold(query), VECTORS["lines"]) == expected


@pytest.mark.parametrize("typed", ["I C 12/24", "ic12/24", "IC 12/2024", "i c 12 / 24", "I.C. 12/24", "ic 12-24"])
@pytest.mark.parametrize("other", ["II C 12/24", "I C 12/241", "I C 12/240", "XI C 12/24", "I C 112/24", "I Ca 12/24"])
def test_no_other_reference_stands_above_the_one_that_was_typed(typed: str, other: str) -> None:
    assert find(fold(typed), [line(other, "Kowalski"), line("I C 12/24", "Nowak")])[0] == 1


@given(NUMBER, st.lists(NUMBER, max_size=8))
def test_a_reference_typed_whole_comes_first_however_it_is_spaced(wanted: str, others: list[str]) -> None:
    lines = [line(other) for other in others] + [line(wanted)]
    for typed in (wanted, wanted.replace(" ", ""), wanted.lower(), wanted.replace("/", " / ")):
        assert lines[find(fold(typed), lines)[0]] == lines[-1]


@given(NUMBER, st.lists(st.sampled_from(["Kowalski", "Łódź", "Żółkiewska", "Śliwa", "Nowak"]), unique=True, min_size=1))
def test_words_are_found_in_any_order_and_by_their_beginnings(number: str, words: list[str]) -> None:
    lines = ["  ", line(number, *words), " obca spolka "]
    query = " ".join(word[:3] for word in reversed(words))
    assert find(fold(query), lines)[0] == 1
    assert find(fold(f"{query} {number}"), lines)[0] == 1


@given(TEXT, st.lists(st.tuples(TEXT, st.lists(TEXT, max_size=3), st.lists(TEXT, max_size=3)), max_size=4))
def test_whatever_is_typed_is_answered(query: str, cases: list[tuple[str, list[str], list[str]]]) -> None:
    lines = [haystack(fold(number), map(fold, references), map(fold, words)) for number, references, words in cases]
    found = find(fold(query), lines)
    assert len(set(found)) == len(found) <= len(lines)


def test_of_many_hits_the_first_are_those_of_all() -> None:
    lines = [line(f"I C {number}/24", "Kowalski" if number % 3 else "Skowalski") for number in range(1, 90)]
    assert find("kow", lines, 7) == find("kow", lines)[:7]


def test_a_hostile_line_costs_its_length() -> None:
    began = time.thread_time()
    assert find("aaaabaaaabaaaab", [f" {'a' * 100_000} "]) == []
    assert time.thread_time() - began < 0.5
