import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.numbering import BadPattern, Fault, following, pattern
from teczka.core.references import Reference, parse, spans

YEARLY = pattern("KAN/{number}/{year}")
LETTERED = pattern("{letters}-{number}")


def found(text: str, written: str) -> list[str]:
    return [str(one.reference) for one in spans(text, [pattern(written)])]


@pytest.mark.parametrize(
    ("written", "text", "told"),
    [
        ("KAN/{number}/{year}", "Nasz znak: kan/007/24, Wasz: I C 12/24", ["KAN/7/2024", "I C 12/24"]),
        ("{letters}-{number}", "sprawy AK-12 i jn-3.", ["AK-12", "JN-3"]),
        ("Sprawa nr {number}", "dot. sprawa\u00a0nr  15", ["Sprawa nr 15"]),
        ("{year}.{number}.S", "2024.15.S", ["2024.15.S"]),
        ("C {number}/{year}", "I C 12/24, C 13/24", ["I C 12/24", "C 13/2024"]),
        ("S{number}(a+)+$", "S12(a+)+$", ["S12(a+)+$"]),
    ],
)
def test_the_offices_own_numbers_are_found(written: str, text: str, told: list[str]) -> None:
    assert found(text, written) == told


@pytest.mark.parametrize(
    "text", ["XKAN/7/24", "KAN/7/241", "KAN/7/24/3", "KAN/7", "KAN/7/1492", "KAN/1234567890/24", "IX/KAN/7/24"]
)
def test_what_only_contains_one_is_none(text: str) -> None:
    assert spans(text, [YEARLY]) == []


def test_two_ways_of_writing_one_are_the_same_tuple() -> None:
    one = Reference("KAN/{number}/{year}", "7", 2024)
    assert parse("KAN/7/2024", [YEARLY]) == parse("kan/07/24", [YEARLY]) == one
    assert parse(str(one), [YEARLY]) == one


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("KAN", Fault.NO_NUMBER),
        ("{number}/{year}", Fault.BARE),
        ("KAN{number}{year}", Fault.TOUCHING),
        ("KAN/{number}/{number}", Fault.TWICE),
        ("KAN/{number}/{month}", Fault.FIELD),
        ("KAN/{number", Fault.FIELD),
        ("KAN/number}", Fault.FIELD),
        ("K" * 60 + "{number}", Fault.LONG),
    ],
)
def test_a_pattern_that_cannot_be_used_says_why(written: str, fault: Fault) -> None:
    with pytest.raises(BadPattern) as refused:
        pattern(written)
    assert refused.value.fault is fault


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["{number}", "{year}", "{letters}", "{", "}", "(", "|", "*", " "]), st.text(max_size=4)
        )
    ).map("".join),
    st.text(),
)
def test_whatever_is_entered_is_a_pattern_or_refused(written: str, text: str) -> None:
    try:
        made = pattern(written)
    except BadPattern:
        return
    spans(text, [made])


@pytest.mark.parametrize(
    ("written", "taken", "proposed"),
    [
        ("KAN/{number}/{year}", [], "KAN/1/2026"),
        ("KAN/{number}/{year}", ["KAN/3/2026", "kan/09/26", "KAN/41/2025", "I C 99/26", ""], "KAN/10/2026"),
        ("Sprawa {number}", ["Sprawa 7", "Sprawa 12"], "Sprawa 13"),
        ("{letters}-{number}", ["AK-3"], ""),
    ],
)
def test_the_next_number_follows_the_highest_of_the_year(written: str, taken: list[str], proposed: str) -> None:
    assert following(pattern(written), taken, 2026) == proposed
