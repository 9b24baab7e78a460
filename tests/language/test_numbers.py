"""Numbers are one term, however they are spaced."""

import pytest

from teczka.core.references import spans
from teczka.language.asking import ask
from teczka.language.fields import Field
from teczka.language.numbers import numbers
from teczka.language.vectors import vectors
from tests.language.test_vectors import read_literal

SAME = [
    ["+48 601 234 567", "601-234-567", "0048601234567", "601234567", "tel. 48 601 234 567", "(+48) 601.234.567"],
    ["+44 20 7946 0958", "0044 20 7946 0958", "+442079460958", "+44 (0)20 7946 0958", "(+44) 20 7946 0958"],
    ["+44 20 7946 0958", "020 7946 0958", "02079460958", "(020) 7946-0958"],
    ["+49 (0)30 901820", "+49 30 901820", "030 901820", "030901820"],
    ["+1 212 555 0123", "(212) 555-0123", "+12125550123"],
    ["+48 (0) 22 123 45 67", "22 123 45 67", "221234567"],
    ["(22) 123-45-67", "22 123 45 67", "+48 22 123 45 67", "221234567"],
    [
        "PL61 1090 1014 0000 0712 1981 2874", "61109010140000071219812874", "61 1090 1014 0000 0712 1981 2874",
     "PL61109010140000071219812874"],
    ["DE89 3704 0044 0532 0130 00", "DE89370400440532013000"],
    ["12 500,00 zł", "12.500,00 zł", "12500", "12\u00a0500 zł", "12500,00"],
    ["1 234 567,89", "1.234.567,89", "1234567,89", "1,234,567.89"],
    ["FV/12/05/2024", "FV 12/05/2024", "fv 12 / 05 / 2024", "FV/012/5/24", "FV nr 12/05/2024"],
    ["12.05.2024", "2024-05-12", "12 maja 2024 r.", "12/05/2024", "12 May 2024", "12.5.24"],
    ["KAN-7-24", "KAN/7/2024", "kan/07/24"],
    ["NIP 527-25-25-995", "5272525995", "PL5272525995", "527 252 59 95"],
    ["I C 12/24", "I C 12/2024", "ic 12/24", "i c 12/24", "I  C  12/24", "sygn. akt I C 12/24"],
    ["XII GC 5/23 upr", "XII GC upr 5/23", "XII GC 5/23"],
    ["KR1P/00012345/4", "KR1P/12345/4", "kr1p/00012345/4"],
]  # fmt: skip
WITHIN = [
    ("I C 12/24", "II C 12/24"), ("I C 12/24", "I C 112/24"), ("I C 12/24", "I Ca 12/24"), ("I C 12/24", "I C 12/25"),
    ("FV/12/24", "KFV/12/24"), ("FV/12/24", "FV/112/24"), ("601 234 567", "1601234567"), ("601 234 567", "601 234 568"),
    ("020 7946 0958", "+44 20 7946 0959"), ("+44 20 7946 0958", "tel. 44 20 7946 09581"), ("KRS 0000123456", "+48 000 123 456"),
    ("12 500", "112 500"), ("12 500,50", "12 500,00"), ("12.05.2024", "12.05.2023"), ("KAN-7-24", "XKAN-7-24"),
    ("61 1090 1014 0000 0712 1981 2874", "61 1090 1014 0000 0712 1981 2875"), ("I C 12/24", "III C 12/24 i I Ca 12/24"),
]  # fmt: skip


BROKEN = [
    ("PL61 1090 1014 0000\n0712 1981 2874", "PL61109010140000071219812874"), ("\n> +48 601\n> 234 567", "601234567"),
    ("DE89 3704 0044\n0532 0130 00", "DE89370400440532013000"), ("12\n500,00 zł", "12 500"), ("527-25-\n25-995", "5272525995"),
    ("22 123 45 67\n12 lutego", "22 123 45 67"), ("BE68 5390 0754 7034\nBIC", "BE68539007547034"),
]  # fmt: skip


def found(text: str, query: str) -> bool:
    """Whether the numbers of a query are in a text: words beside them are not asked for."""
    there = read_literal(vectors([(Field.TEXT, text)], ((Field.TEXT, one.reference) for one in spans(text)))[0])
    numbers = [one for one in ask(query) if any(map(str.isdecimal, one.exact[0]))]
    assert len(numbers) == 1
    return any(term in there for term in numbers[0].terms)


@pytest.mark.parametrize(("written", "asked"), [(one, other) for same in SAME for one in same for other in same])
def test_a_number_is_found_however_it_is_written(written: str, asked: str) -> None:
    assert found(f"W sprawie {written}, jak wyżej.", asked)


@pytest.mark.parametrize(("asked", "written"), WITHIN)
def test_a_number_is_not_found_within_another(asked: str, written: str) -> None:
    assert not found(f"W sprawie {written}, jak wyżej.", asked)


@pytest.mark.parametrize(("written", "asked"), BROKEN)
def test_a_number_is_found_though_its_line_ends(written: str, asked: str) -> None:
    assert found(f"Numer: {written}", asked)


def test_a_column_of_figures_is_no_number() -> None:
    assert [one.term for one in numbers("poz.\n100\n200\n300")] == []


def test_a_sign_that_stands_for_a_sentence_makes_no_term_longer_than_postgresql_takes() -> None:
    assert max(len(one.term.encode()) for one in numbers("1/" + "/".join(["\ufdfa" * 32] * 7))) < 2_046


def test_an_amount_in_english_is_not_its_beginning() -> None:
    assert not found("USD 1,234.56", "1,23")


@pytest.mark.parametrize(
    "same", [("PIT-11", "PIT 11"), ("covid-19", "Covid 19"), ("2023-2024", "2023 – 2024", "2023/2024")]
)
def test_what_others_write_as_words_apart_is_asked_as_words(same: tuple[str, ...]) -> None:
    query, *others = same
    for text in (query, *others):
        there = read_literal(vectors([(Field.TEXT, text)])[0])
        assert all(not there.keys().isdisjoint(one.terms) for one in ask(query))
