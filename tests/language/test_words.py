"""The same word asked and written meet, however it is inflected or typed."""

from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.language import lemma
from teczka.language.fold import fold
from teczka.language.words import BARE, ENGLISH, FORM, asked, composed, lexemes, reading_of, spelled


def indexed(text: str) -> set[str]:
    words = spelled(composed(text))
    reading = reading_of(text, words)
    return {term for word in words for term in lexemes(word, reading).terms}


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
    ("written", "word"),
    [
        ("umowami", "umowa"), ("UMOWĘ", "umów"), ("sądowi", "sądem"), ("dłużnikami", "dluznik"), ("Kowalskiego", "Kowalski"),
        ("zażaleń", "zażalenie"), ("pozwaliśmy", "pozwać"), ("agreements", "agreement"), ("hearings", "hearing"),
        ("Nowaka", "Nowak"), ("postępowaniu", "postępowanie"), ("świadków", "świadek"), ("2024", "2024"),
        ("jan@example.pl", "JAN@example.pl"), ("jan.nowak@example.pl", "nowak"), ("Lewandowscy", "lewandowskich"),
        ("Brzęczyszczykiewiczem", "brzeczyszczykiewicza"), ("Smithowi", "smith"), ("Lo\u0301dź", "lódź"),
        ("odszko\u00addowanie", "odszkodowanie"), ("nie\u200czwłocznie", "niezwłocznie"), ("\ufeffmiesz\u2060kanie", "mieszkanie"),
    ],
)  # fmt: skip
def test_a_form_is_found_by_another_form_of_its_word(written: str, word: str) -> None:
    assert indexed(written) & set(asked(word))


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("łodzi", "łódź"), ("umowę", "umowami"), ("świadkom", "świadek"), ("zażaleniem", "zażaleń"), ("sąd", "sądzie"),
        ("współwłaścicielami", "współwłaściciel"), ("zadośćuczynienia", "zadośćuczynieniem"), ("rozstrzygnięciu", "rozstrzygnięcie"),
        ("żółty", "żółtego"), ("prośba", "próśb"), ("zapłać", "zapłacono"), ("są", "być"),
    ],
)  # fmt: skip
def test_words_without_marks_meet_their_other_forms_both_ways(word: str, other: str) -> None:
    for one, two in ((word, other), (other, word)):
        assert indexed(fold(one)) & set(asked(two))
        assert indexed(one) & set(asked(fold(two)))
        assert indexed(fold(one)) & set(asked(fold(two)))


def test_without_marks_a_word_does_not_become_any_other() -> None:
    assert not indexed("umowe najmu lodzi swiadkom prosze") & set(asked("zażalenie"))


def test_what_is_asked_for_exactly_meets_no_other_form() -> None:
    assert asked("umowa")[0] in indexed("umowa")
    assert asked("umowa")[0] not in indexed("umowy umowę umów umowami")
    assert set(asked("umowa")[1:]) & indexed("umowy")


def test_english_words_meet_in_english_text_even_where_polish_knows_them() -> None:
    assert indexed("the parties to this agreement are bound by the terms") & set(asked("party"))


def test_a_dictionary_form_is_told_from_the_word_as_it_stands() -> None:
    assert lexemes("umowy", 0).terms[0] == "umowy"
    assert FORM + "umowa" in lexemes("umowy", 0).terms


def test_how_a_text_is_written_is_seen_at_its_beginning() -> None:
    for text, reading in [
        ("Proszę o umowę", 0), ("Prosze o umowe", BARE), ("Please find the agreement that you asked for", ENGLISH), ("", BARE),
    ]:  # fmt: skip
        assert reading_of(text, spelled(text)) == reading


def test_without_a_dictionary_a_stemmer_does_polish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lemma, "_dictionary", lambda: lemma._snowball("polish"))
    lemma.polish.cache_clear()
    try:
        assert lemma.polish("umowami") == lemma.polish("umowa")
    finally:
        lemma.polish.cache_clear()


def test_underscores_and_addresses_part_words() -> None:
    words = spelled("umowa_najmu__2 jan_z@a.example,dom_a (b@ c_d) x.y@b.example koniec_")
    assert words == ["umowa", "najmu", "2", "jan_z@a.example", "dom", "a", "b", "c", "d", "x.y@b.example", "koniec"]


def test_long_words_are_cut() -> None:
    assert max(map(len, indexed("x" * 5_000 + " " + "y" * 500 + "@example.pl"))) <= 65


@pytest.mark.skipif(not lemma.HAS_DICTIONARY, reason="no dictionary here")
def test_readings_are_those_that_the_analyser_tells_the_world() -> None:
    public = import_module("morfeusz2").Morfeusz(generate=False)
    for word in "umowy sądzie zrobiłem Kowalskiego pozwaliśmy czymże brzęczyszczykiewicz Łodzi złotych".split():
        told = [form for start, _, (_, form, tag, *_) in public.analyse(word) if start == 0 and tag != "ign"]
        assert lemma.polish(word) == tuple(dict.fromkeys(each.partition(":")[0] for each in told))[: lemma.MOST]


@given(st.lists(st.sampled_from("umowę lodz xyzzy sądem zrobiłem agreement".split()), max_size=40))
def test_words_looked_up_together_are_those_looked_up_alone(words: list[str]) -> None:
    assert set(lemma.look_up(words)) == {each for word in words for each in lemma.polish(word)}
