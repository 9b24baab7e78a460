"""The same word asked and written meet; a literal is what PostgreSQL reads, whatever the text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.language import lemma, words
from teczka.language.fold import fold
from teczka.language.words import MOST_POSITIONS, Term, alternatives, terms, tsvector

LEXEME = re.compile(r"'((?:[^'\\]|''|\\\\)+)':(\d+[ABC]?(?:,\d+[ABC]?)*)(?: |\Z)")


@pytest.mark.parametrize(
    ("word", "folded"),
    [("Łódź", "lodz"), ("ZAŻÓŁĆ", "zazolc"), ("gęślą", "gesla"), ("Straße", "strasse"), ("ﬁrma", "firma"), ("Æsop", "aesop"),
    ("１２", "12"), ("Ångström", "angstrom"), ("e\u0301", "e")],
)  # fmt: skip
def test_letters_fold_to_what_people_type(word: str, folded: str) -> None:
    assert fold(word) == folded


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(word: str) -> None:
    assert fold(fold(word)) == fold(word)


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("umowami", "umowa"), ("UMOWĘ", "umów"), ("sądowi", "sądem"), ("dłużnikami", "dluznik"), ("Kowalskiego", "Kowalski"),
        ("zażaleń", "zażalenie"),
        ("pozwaliśmy", "pozwać"), ("agreements", "agreement"), ("hearings", "hearing"), ("Nowaka", "Nowak"), ("postępowaniu",
        "postępowanie"),
        ("świadków", "świadek"), ("2024", "2024"), ("jan@example.pl", "JAN@example.pl"), ("jan.nowak@example.pl", "nowak"),
    ],
)  # fmt: skip
def test_a_form_is_found_by_another_form_of_its_word(written: str, asked: str) -> None:
    indexed = {term.text for term in terms(written)}
    assert indexed & set(alternatives(asked))


def test_english_words_meet_in_english_text_even_where_polish_knows_them() -> None:
    indexed = {term.text for term in terms("the parties to this agreement are bound by the terms")}
    assert indexed & set(alternatives("party"))


def test_forms_share_their_words_position_and_addresses_are_one_term() -> None:
    found = terms("Umowy od jan@example.pl dziś")
    assert {term.text for term in found if term.position == 1} >= {"umowy", "umowa"}
    assert Term("jan@example.pl", 3) in found
    assert Term("example.pl", 3) in found
    assert Term("dzis", 4) in found


def test_without_a_dictionary_a_stemmer_does_polish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lemma, "_polish", lemma._snowball("polish"))
    lemma.polish.cache_clear()
    try:
        assert lemma.polish("umowami") == lemma.polish("umowa")
    finally:
        lemma.polish.cache_clear()


@pytest.mark.parametrize("word", ["", "   ", "!", "two words", "'"])
def test_what_holds_no_single_word_asks_for_nothing(word: str) -> None:
    assert alternatives(word) == ()


def read_literal(literal: str) -> dict[str, list[str]]:
    """PostgreSQL's reading of a quoted literal; the whole must be consumed."""
    found = {}
    place = 0
    while place < len(literal):
        entry = LEXEME.match(literal, place)
        assert entry is not None, literal[place : place + 60]
        found[entry[1].replace("''", "'").replace("\\\\", "\\")] = entry[2].split(",")
        place = entry.end()
    return found


def test_a_literal_holds_weights_and_positions_with_a_gap_between_parts() -> None:
    found = read_literal(tsvector([("A", "sąd sąd"), ("D", "sąd")]))
    assert found["sad"] == ["1A", "2A", "11"]


@given(st.lists(st.tuples(st.sampled_from("ABCD"), st.text(max_size=60)), max_size=4))
def test_any_text_makes_a_literal_that_reads_back(parts: list[tuple[str, str]]) -> None:
    read_literal(tsvector(parts))


@pytest.mark.parametrize(
    "hostile",
    ["' OR 1=1 --", "a\\", "\\'", "'':1A", "\0", "a\0b", "{};()", "':*&|!", "\ud800", "\U0001f600", "ˇ'", "o'neill's"],
)
def test_hostile_text_stays_within_its_quotes(hostile: str) -> None:
    literal = tsvector([("A", hostile), ("D", "sąd")])
    assert "sad" in read_literal(literal)
    assert "\0" not in literal


def test_quotes_and_backslashes_are_doubled_should_a_term_ever_hold_them() -> None:
    assert words._quoted("a'b\\c\0") == "a''b\\\\c"


def test_a_literal_fits_what_postgresql_takes() -> None:
    literal = tsvector([("A", "sąd"), ("D", " ".join(f"słowo{n}x" for n in range(80_000)))])
    assert len(literal.encode()) <= 1_000_000
    found = read_literal(literal)
    assert found["sad"] == ["1A"]
    assert max(int(place.rstrip("ABC")) for places in found.values() for place in places) <= MOST_POSITIONS


def test_a_word_repeated_without_end_keeps_to_its_places() -> None:
    found = read_literal(tsvector([("D", "sąd " * 50_000)]))
    assert len(found["sad"]) <= 255


def test_long_words_are_cut() -> None:
    assert max(len(term.text) for term in terms("x" * 5_000 + " " + "y" * 500 + "@example.pl")) <= 64
