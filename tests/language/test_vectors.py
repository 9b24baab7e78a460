"""A literal is what PostgreSQL reads, whatever the text; every word of a long letter is in the first, its places in those behind."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.references import parse
from teczka.language import vectors as ours
from teczka.language.fields import Field, of_message
from teczka.language.marks import MOST_TRIES, tries
from teczka.language.vectors import LITERAL, OVERLAP, STRETCH, vectors
from teczka.language.words import of_reference

LEXEME = re.compile(r"'((?:[^'\\]|''|\\\\)+)'(?::(\d+[ABC]?(?:,\d+[ABC]?)*))?(?: |\Z)")


def read_literal(literal: str) -> dict[str, list[str]]:
    """PostgreSQL's reading of a quoted literal: what stands several times is one; the whole must be consumed."""
    found: dict[str, list[str]] = {}
    place = 0
    while place < len(literal):
        entry = LEXEME.match(literal, place)
        assert entry is not None, literal[place : place + 60]
        term = entry[1].replace("''", "'").replace("\\\\", "\\")
        found.setdefault(term, []).extend(entry[2].split(",") if entry[2] else [])
        place = entry.end()
    return found


def test_fields_stand_plain_and_behind_their_mark_with_a_gap_between() -> None:
    letter = of_message("sąd sąd", [("Jan", "jan@example.pl")], [("", "ola@example.com")], ["skan.pdf"], "sąd")
    found = read_literal(vectors(letter)[0])
    assert found["sad"][:2] == found[":ssad"] == ["1A", "2A"]
    assert len(found["sad"]) == 3
    assert found["jan@example.pl"] == found[":fjan@example.pl"] == ["12B"]
    assert ":tola@example.com" in found
    assert ":nskan" in found
    assert not {":fola@example.com", ":nsad", ":fsad"} & {*found}


def test_references_are_terms_without_places() -> None:
    reference = parse("I C 12/24 upr")
    assert reference
    found = read_literal(vectors([(Field.TEXT, "x")], [(Field.SUBJECT, reference)])[0])
    for term in of_reference(reference):
        assert found[term] == found[":s" + term] == []


@given(st.lists(st.tuples(st.sampled_from(Field), st.text(max_size=60)), max_size=4))
def test_any_text_makes_a_literal_that_reads_back(parts: list[tuple[Field, str]]) -> None:
    read_literal(vectors(parts)[0])


@pytest.mark.parametrize(
    "hostile",
    [
        "' OR 1=1 --",
        "a\\",
        "\\'",
        "'':1A",
        "\0",
        "a\0b",
        "{};()",
        "':*&|!",
        "\ud800",
        "\U0001f600",
        "ˇ'",
        "o'neill's",
        "1'/2",
        ":ssad",
    ],
)
def test_hostile_text_stays_within_its_quotes(hostile: str) -> None:
    literal = vectors([(Field.SUBJECT, hostile), (Field.TEXT, "sąd")])[0]
    assert read_literal(literal)["sad"][-1].isdecimal()
    assert "\0" not in literal


def test_quotes_and_backslashes_are_doubled_should_a_term_ever_hold_them() -> None:
    assert ours.quoted("a'b\\c\0") == "a''b\\\\c"


def test_a_long_letter_has_all_words_in_its_first_vector_and_their_places_in_the_others() -> None:
    words = [f"słowo{n}" for n in range(40_000)]
    whole, *stretches = map(read_literal, vectors([(Field.SUBJECT, "sąd"), (Field.TEXT, " ".join(words))]))
    assert all(not places for places in whole.values())
    assert {f"slowo{n}" for n in range(40_000)} <= {*whole}
    assert {"sad", ":ssad"} <= {*whole}
    assert len(stretches) == 3
    assert all(
        int(place.rstrip("ABC")) <= STRETCH for each in stretches for places in each.values() for place in places
    )
    for begin in range(40_000 - OVERLAP):  # what stands so near stands together somewhere
        near = {f"slowo{begin}", f"slowo{begin + OVERLAP - 1}"}
        assert any(near <= each.keys() for each in stretches)


@pytest.mark.parametrize("words", [14_990, 15_990, 15_999, 16_000, 16_001, 31_984, 32_000])
def test_stretches_end_anywhere(words: int) -> None:
    found = [
        read_literal(each)
        for each in vectors([(Field.SUBJECT, "sąd"), (Field.TEXT, "słowo " * (words - 1) + "koniec")])
    ]
    assert all("koniec" in each for each in (found[0], found[-1]))


@pytest.mark.parametrize("word", ["słowo{}x", "ж{}" * 9])
def test_a_literal_fits_what_postgresql_takes(word: str) -> None:
    text = " ".join(word.replace("{}", str(n)) for n in range(25_000))
    for literal in vectors([(Field.SUBJECT, "sąd"), (Field.TEXT, text)]):
        assert len(literal.encode()) <= LITERAL
        read_literal(literal)


def test_a_word_repeated_without_end_costs_no_more_than_the_places_that_postgresql_keeps() -> None:
    for literal in vectors([(Field.TEXT, "sąd " * 50_000)])[1:]:
        assert 255 <= len(read_literal(literal)["sad"]) < 500


def test_marks_are_restored_for_many_words_then_for_unknown_ones_and_then_for_none() -> None:
    """However long the letter is."""
    unknown = ["".join(each) for each in product(("los", "sec", "nal"), repeat=6)]
    assert {*map(tries, unknown)} == {MOST_TRIES}
    many = ours._MOST_TRIES // MOST_TRIES
    for before, told in ((0, {"lodz", "zaplata"}), (many, {"zaplata"}), (2 * many, set()), (700, set())):
        found = read_literal(vectors([(Field.TEXT, " ".join([*unknown[:before], "lodzi zaplate"]))])[0])
        assert {"lodzi", "zaplate"} <= {*found}
        assert {"~lodz", "~zaplata"} & {*found} == {"~" + one for one in told}, before
