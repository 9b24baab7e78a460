"""What is asked of the index for what a person typed: whole numbers, and words that are only begun."""

import pytest

from teczka.core.numbering import pattern
from teczka.language.asking import ask, beginning, number, phrase


def first(text: str) -> list[str]:
    return [one.exact[0] for one in ask(text)]


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("sygn. akt I C 12/24", ["#c|12|2024|i|"]),
        ("w sprawie o sygnaturze sygn. I C 12/24", ["#c|12|2024|i|"]),
        ("sygnatura I C 12/24 umowa", ["#c|12|2024|i|", "umowa"]),
        ("nr konta 61 1090 1014 0000 0712 1981 2874", ["61109010140000071219812874"]),
        ("tel. 601 234 567", ["601234567"]),
        ("umowa nr 7/2024 konto bankowe", ["umowa", "7/24", "konto", "bankowe"]),
        ("sprawa z 12.05.2024", ["sprawa", "12/5/24"]),
        ("akta sprawy", ["akta", "sprawy"]),
        ("nr konta", ["nr", "konta"]),
    ],
)
def test_what_only_says_that_a_number_follows_is_not_asked_for_beside_it(typed: str, asked: list[str]) -> None:
    assert first(typed) == asked


@pytest.mark.parametrize(
    ("typed", "last"),
    [
        ("umowa naj", ("naj", "naj*")),
        ("umowa na", ("na", "na*")),
        ("pani kowalska-now", ("now", "now*")),
        ("I C 12/24", ("#c|12|2024|i|",)),
        ("601 234 567", ("601234567", "601234567*")),
        ("61 1090 1014 0000", ("61109010140000", "61109010140000*")),
        ("FV/12/0", ("fv/12/0", "fv/12/0*", "fv/12/*")),
        ("12.05.202", ("12/5/202", "12/5/202*", "12/5/2*")),
        ("12.05.2024", ("12/5/24", "12/5/24*")),
        ("umowa.", ("umowa", "umowa*")),
    ],
)
def test_the_last_word_or_number_may_go_on_and_a_reference_may_not(typed: str, last: tuple[str, ...]) -> None:
    assert ask(typed, begun=True)[-1].exact == last
    assert ask(typed, begun=True)[:-1] == ask(typed)[: len(ask(typed, begun=True)) - 1]


def test_the_offices_own_numbers_do_not_go_on_either() -> None:
    assert [one.exact[0][:1] for one in ask("KAN 7/26", [pattern("KAN {number}/{year}")], begun=True)] == ["#"]


def test_of_what_is_put_together_the_last_word_alone_is_begun() -> None:
    for typed, asked in (
        ("umow", [("umow*",)]),
        ("coca-co", [("coca",), ("co*",)]),
        ("plik_naz", [("plik",), ("naz*",)]),
        ("jan@kli", [("jan",), ("kli*",)]),
        ("jan@klient.p", [("jan@klient.p*",)]),
        ("FV/12/0", [("fv/12/0*", "fv/12/*")]),
    ):
        assert [one.exact for one in beginning(typed)] == asked, typed


def test_what_is_one_number_and_no_more_is_told() -> None:
    for typed, term in (("I C 12/24", "#c|12|2024|i|"), ("I C 12/2024", "#c|12|2024|i|"), ("601 234-567", "601234567")):
        assert (found := number(typed))
        assert found.exact == (term,)
    for typed in ("umowa", "601234567", "umowa najmu", "sygn. akt I C 12/24", "I C 12/24 umowa", "na umowie"):
        assert number(typed) is None, typed


def test_a_letter_that_folds_to_nothing_is_asked_for_as_it_stands() -> None:
    assert [one.exact for one in ask("\uff9e")] == [("\uff9e",)] == phrase("\uff9e")
    assert [one.exact for one in ask("\uff9e" * 900)] == [("\uff9e" * 64,)] == phrase("\uff9e" * 900)


def test_of_what_is_no_word_before_it_is_cut_nothing_is_begun() -> None:
    assert beginning("\u2adc" * 998 + "a*") == []  # composed, each is two signs


def test_what_is_too_long_is_cut_between_words() -> None:
    words = "jednobrzmiące " * 100
    assert {one.exact for one in ask(words)} == {("jednobrzmiace",)}
    assert {terms[0] for terms in phrase(words)} == {"jednobrzmiace"}
