import re
import sys
from collections.abc import Callable, Sequence
from re import _parser  # type: ignore[attr-defined]

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from teczka.core import (
    dockets,
    glyphs,
    numbering,
    numerals,
    plausibility,
    prosecutors,
    references,
    registers,
    repertories,
)
from teczka.core.glyphs import plain
from teczka.core.identifiers import DIVISIONS, year
from teczka.core.numbering import pattern
from teczka.core.references import Kind, Reference, parse, same, spans
from tests.core.labelled_references import labelled, scored

ONE = Reference("C", "12", 2024, "I")


def found(text: str) -> list[Reference]:
    return [one.reference for one in spans(text)]


def test_what_is_in_five_hundred_texts_is_found_and_nothing_else() -> None:
    score = scored(found)
    assert len(list(labelled())) >= 500
    assert score.missed == []
    assert score.wrong == []


@pytest.mark.parametrize(
    "other",
    ["II C 12/24", "XII C 12/24", "VIII C 12/24", "I Co 12/24", "I Ca 12/24", "I C 12/23", "I C 112/24", "I C 1/224", "C 12/24"],
)  # fmt: skip
def test_what_only_contains_or_resembles_a_reference_is_another(other: str) -> None:
    assert not any(same(one, ONE) for one in found(f"sygn. akt {other}"))


def test_a_suffix_that_one_leaves_out_is_no_difference_but_two_differ() -> None:
    simplified, centre, north = (ONE._replace(suffix=suffix) for suffix in ("upr", "S", "N"))
    assert same(ONE, simplified)
    assert ONE.key == simplified.key
    assert not same(centre, north)


@pytest.mark.parametrize(("digits", "full"), [("00", 2000), ("24", 2024), ("69", 2069), ("70", 1970), ("99", 1999)])
def test_two_digits_of_a_year_are_of_the_hundred_years_from_1970(digits: str, full: int) -> None:
    assert year(digits) == year(str(full)) == full


@pytest.mark.parametrize("digits", ["2400", "1969", "2070", "0024"])
def test_four_digits_far_from_now_are_no_year(digits: str) -> None:
    assert year(digits) == 0


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("zob. Ⅷ\u2009ＧＣ\u200b\u00a012⁄24.", "Ⅷ\u2009ＧＣ\u200b\u00a012⁄24"),
        ("sygn. aktI C 12/24z.", "I C 12/24z"),
        ("(I C 12/24 upr.)", "I C 12/24 upr."),
        ("I C 12/24 (upr.)", "I C 12/24 (upr.)"),
        ("I C 12/2\u00ad4;", "I C 12/2\u00ad4"),
        ("w II\r\n> K 12/24/S,", "II\r\n> K 12/24/S"),
        ("PR 2 Ds.\u00a0123.2024 r.", "PR 2 Ds.\u00a0123.2024"),
        ("VAT UE: PL 527 202 62 52 Warszawa", "VAT UE: PL 527 202 62 52"),
        ("КR1Р/00012345/2;", "КR1Р/00012345/2"),
    ],
)
def test_a_span_is_what_is_written_whatever_signs_it_is_written_in(text: str, written: str) -> None:
    [one] = spans(text)
    assert text[one.start : one.end] == written


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I C 12/24", Kind.COURT),
        ("II SA/Wa 12/24", Kind.ADMINISTRATIVE),
        ("I OSK 12/24", Kind.ADMINISTRATIVE),
        ("III CZP 12/24", Kind.SUPREME),
        ("SK 12/24", Kind.CONSTITUTIONAL),
        ("GKm 12/24", Kind.BAILIFF),
        ("PR 2 Ko 12.2024", Kind.PROSECUTOR),
        ("1 Ds 12/15", Kind.PROSECUTOR),
        ("KIO 12/24", Kind.PROCUREMENT),
        ("WA1M/GUp-s/12/2024", Kind.INSOLVENCY),
        ("KRS 0000123456", Kind.REGISTER),
        ("III KRS 12/14", Kind.SUPREME),
    ],
)
def test_each_tells_whose_it_is_and_is_written_as_it_is_entered(text: str, kind: Kind) -> None:
    entered = parse(text)
    assert entered is not None
    assert (entered.kind, str(entered)) == (kind, text)


@pytest.mark.parametrize(
    "text",
    ["", "C", "12/24", "I C 12/24 i II C 13/24", "zob. I C 12/24", "I C 12/24 pozew", "§ 12/24", "NIP 5272026253"],
)
def test_what_is_not_one_reference_and_no_more_is_not_parsed(text: str) -> None:
    assert parse(text) is None


def test_where_a_reference_is_asked_for_one_needs_no_word_before_it() -> None:
    assert found("C 12/24") == []
    assert parse(" c 12/24. ") == parse("C 12/2024") == Reference("C", "12", 2024)


divided = st.tuples(
    st.sampled_from(sorted(repertories.ORDINARY)),
    st.integers(1, 9_999_999).map(str),
    st.integers(1970, 2069),
    st.sampled_from(sorted(DIVISIONS)),
).map(lambda parts: Reference(*parts))
gaps = st.sampled_from([" ", "  ", ".", ". ", "\n", "\r\n> ", "\u00a0", "\u2009", "\u202f", " \u200b", "\t"])
ALIKE = str.maketrans("ACEHIKMOPT", "АСЕНІКМОРТ")
manners: list[Callable[[str], str]] = [str, str.upper, lambda word: word.translate(ALIKE)]


@given(divided, gaps, gaps, st.sampled_from(["/", " / ", "/ ", "⁄", "/\n"]), st.booleans(), st.sampled_from(manners))
def test_however_it_is_laid_out_it_is_the_same_tuple(
    one: Reference, after_division: str, after_word: str, slash: str, short: bool, manner: Callable[[str], str]
) -> None:
    years = f"{one.year % 100:02}" if short else str(one.year)
    written = f"{manner(one.division)}{after_division}{manner(one.repertory)}{after_word}{one.number}{slash}{years}"
    [again] = found(f"W sprawie o sygn. akt: {written}, w załączeniu odpis.")
    assert again == one
    assert str(again) == str(one)


@given(divided)
def test_what_is_told_is_parsed_again(one: Reference) -> None:
    assert parse(str(one)) == one


PIECES = [
    *(
        "I ",
        "XIV ",
        "C ",
        "Nc-e ",
        "SA/Wa ",
        "Km ",
        "Ds",
        ".",
        "/",
        "12",
        "24",
        "2024",
        " ",
        "\n",
        ">",
        "-",
        "upr",
        "z",
        "l",
        "O",
    ),
    *(
        "КІ",
        "Ⅷ",
        "⁄",
        "²",
        "\u200b",
        "NIP ",
        "5272026252",
        "KR1P",
        "00012345",
        "KIO ",
        " i ",
        "sygn. akt ",
        "PR 2 ",
        "ﷺ",
    ),
]


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_whatever_the_text_spans_are_in_order_and_apart(text: str) -> None:
    reached = 0
    for one in spans(text):
        assert reached <= one.start < one.end <= len(text)
        reached = one.end
        assume(one.reference.kind is not Kind.REGISTER)
        assert parse(str(one.reference)) == one.reference


HOSTILE = [
    *("/1", "1/12", "I C 12/24 ", "XXXVIII GUp-s-Zw upr. nr OlOl1/2", "lIOo1/2 ", ".2024 Ds1.2024", "ІС1⁄2", " \n>1/2"),
    *("NIP 1-1-1-1-1-1-1-1-1-1-1", "sygn. akt nr C 1/1"),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_twice_the_text_is_twice_the_calls(piece: str) -> None:
    short, long = (calls(piece * (length // len(piece))) for length in (4_000, 8_000))
    assert long <= 2.2 * short + 100


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_call_reads_more_than_its_window(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def spy(raw: str) -> tuple[str, Sequence[int]]:
        read.append(len(raw))
        return plain(raw)

    for module in (references, registers):
        monkeypatch.setattr(module, "plain", spy)
    spans(piece * (8_000 // len(piece)))
    assert max(read, default=0) <= 96


MODULES = (dockets, glyphs, numerals, plausibility, prosecutors, references, registers)
PATTERNS = {
    f"{module.__name__}.{name}": thing.pattern
    for module in MODULES
    for name, thing in vars(module).items()
    if isinstance(thing, re.Pattern)
} | {sign: compiled.pattern for sign, compiled in references._SLASHES}
PATTERNS["own"] = pattern("a {letters} b/{number}/{year}").compiled.pattern


@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_can_take_more_than_a_window(name: str) -> None:
    assert _parser.parse(PATTERNS[name], re.VERBOSE if "\n" in PATTERNS[name] else 0).getwidth()[1] <= 128


def calls(text: str) -> int:
    """How many are made."""
    made = 0

    def count(*_: object) -> None:
        nonlocal made
        made += 1

    sys.setprofile(count)
    try:
        spans(text)
    finally:
        sys.setprofile(None)
    return made


def test_a_page_of_nothing_else_is_looked_at_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    own, most = [pattern("{letters}-{number}")], 200
    for module in (references, registers, numbering):
        monkeypatch.setattr(module, "MOST_SIGNS", most)
    for text in ("I C 12/24 ", "KIO 12/24, ", "AB-12 ", "NIP 526-025-09-95 ", "PR 4045-0.Ds.12.2024 "):
        assert 0 < len(spans(text * (most + 1), own)) <= most, text


def test_no_sign_is_read_as_many() -> None:
    assert len(plain("\ufdfa" * 96)[0]) == 96
    assert plain("Ⅷ C 1/24")[0] == "VIII C 1/24"
