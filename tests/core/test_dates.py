"""Days as people write them, and which ones they are."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.dates import NAMES, Called, Yearly, beginning, day_of, full_date, plain, read_day

TODAY = date(2026, 5, 20)  # a Wednesday
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("written", "last", "following"),
    [
        ("dziś", (2026, 5, 20), (2026, 5, 20)),
        ("Wczoraj", (2026, 5, 19), (2026, 5, 19)),
        ("the day before yesterday", (2026, 5, 18), (2026, 5, 18)),
        ("poniedziałku", (2026, 5, 18), (2026, 5, 25)),
        ("środą", (2026, 5, 13), (2026, 5, 27)),
        ("sun", (2026, 5, 17), (2026, 5, 24)),
        ("20.05", (2026, 5, 20), (2026, 5, 20)),
        ("1.11", (2025, 11, 1), (2026, 11, 1)),
        ("1 listopada", (2025, 11, 1), (2026, 11, 1)),
        ("Nov 1st", (2025, 11, 1), (2026, 11, 1)),
        ("29 lutego", (2024, 2, 29), (2028, 2, 29)),
        ("1.11.24", (2024, 11, 1), (2024, 11, 1)),
        ("1/11/2024", (2024, 11, 1), (2024, 11, 1)),
    ],
)
def test_a_day_is_the_last_or_the_next_as_it_is_asked(
    written: str, last: tuple[int, int, int], following: tuple[int, int, int]
) -> None:
    day = read_day(written)
    assert day
    assert (day_of(day, TODAY, past=True), day_of(day, TODAY)) == (date(*last), date(*following))


@pytest.mark.parametrize(
    "written", ["", "kiedyś", "12/24", "31.02", "30 lutego", "2026-13-01", "1/11-2024", "0.5", "14", "listopada"]
)
def test_what_names_no_day_is_none(written: str) -> None:
    assert read_day(written) is None


def test_months_and_years_have_a_beginning() -> None:
    assert [beginning(each) for each in ("2026", "2026-05", "5.2026", "05/2026")] == [
        date(2026, 1, 1), date(2026, 5, 1), date(2026, 5, 1), date(2026, 5, 1),
    ]  # fmt: skip
    assert [beginning(each) for each in ("2026-13", "13.2026", "maj", "0000")] == [None] * 4


@given(DAYS, DAYS)
def test_every_spelling_is_read_back_and_lies_where_it_is_asked(day: date, today: date) -> None:
    for written in (day.isoformat(), f"{day:%d.%m.%Y}", f"{day:%d/%m/%Y}", f"{day:%d-%m-%Y}", f"{day:%Y.%m.%d}"):
        assert full_date(written) == read_day(written) == day
    for called in (*Called, Yearly(day.month, day.day)):
        last, following = day_of(called, today, past=True), day_of(called, today)
        assert last
        assert following
        assert last <= following
        if isinstance(called, Yearly):
            assert last <= today <= following
            assert (last.month, last.day) == (following.month, following.day) == (day.month, day.day)


def test_no_two_days_are_called_the_same() -> None:
    names = [plain(name) for each in NAMES.values() for name in each]
    assert len({*names}) >= len(names) - 4  # "środę" and "środy" differ, "sobotę" and "sobota" do
    for called, each in NAMES.items():
        assert {read_day(name) for name in each} == {called}


@given(st.text(max_size=40), DAYS)
def test_no_text_is_too_strange(text: str, today: date) -> None:
    day = read_day(text)
    assert day is None or day_of(day, today, past=True) or today - date.min < timedelta(days=3)
