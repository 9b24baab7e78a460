"""Days as people type them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.due_dates import Typed, read_due, read_line

TODAY = date(2026, 5, 20)  # a Wednesday
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
POLISH = "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia".split()
ENGLISH = "January February March April May June July August September October November December".split()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dziś", (5, 20)),
        ("Jutro", (5, 21)),
        ("na jutro", (5, 21)),
        ("pojutrze", (5, 22)),
        ("day after tomorrow", (5, 22)),
        ("pt", (5, 22)),
        ("do piątku", (5, 22)),
        ("w środę", (5, 27)),
        ("by Friday", (5, 22)),
        ("next friday", (5, 29)),
        ("przyszły piątek", (5, 29)),
        ("next week", (5, 25)),
        ("14.06", (6, 14)),
        ("14.6.", (6, 14)),
        ("14.06.26", (6, 14)),
        ("14.06.2026r.", (6, 14)),
        ("2026-06-14", (6, 14)),
        ("14 czerwca", (6, 14)),
        ("14 czerwca 2026 r.", (6, 14)),
        ("June 14th", (6, 14)),
        ("14 Jun 2026", (6, 14)),
        ("za tydzień", (5, 27)),
        ("za 2 tygodnie", (6, 3)),
        ("za dwa tygodnie", (6, 3)),
        ("in a month", (6, 20)),
        ("in 10 days", (5, 30)),
        ("+3", (5, 23)),
        ("+2t", (6, 3)),
        ("+1m", (6, 20)),
        ("koniec miesiąca", (5, 31)),
        ("20.05", (5, 20)),
    ],
)
def test_what_people_type_is_the_day_they_mean(typed: str, meant: tuple[int, int]) -> None:
    assert read_due(typed, TODAY) == date(2026, *meant)


def test_a_day_that_is_over_this_year_is_next_years() -> None:
    assert read_due("14.05", TODAY) == date(2027, 5, 14)
    assert read_due("29 lutego", TODAY) == date(2028, 2, 29)
    assert read_due("31 sty", date(2026, 1, 31)) == date(2026, 1, 31)
    assert read_due("+1m", date(2026, 1, 31)) == date(2026, 2, 28)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "kiedyś",
        "12/24",
        "I C 12/24",
        "31.02",
        "31.02.2026",
        "0.5",
        "14",
        "+",
        "+99999",
        "za chwilę",
        "maj",
        "wczoraj",
        "14/06/2026",
    ],
)
def test_what_names_no_day_is_none(typed: str) -> None:
    assert read_due(typed, TODAY) is None


@given(st.text(max_size=60), DAYS)
def test_no_text_is_too_strange(text: str, today: date) -> None:
    read_due(text, today)
    assert read_line(text, today).title or not text.split()


@given(DAYS, DAYS)
def test_every_spelling_of_a_date_is_read_back(day: date, today: date) -> None:
    for typed in (
        f"{day:%d.%m.%Y}",
        f"{day.day}.{day.month}.{day.year} r.".replace(" ", ""),
        day.isoformat(),
        f"{day.day} {POLISH[day.month - 1]} {day.year}",
        f"{ENGLISH[day.month - 1]} {day.day}, {day.year}",
    ):
        assert read_due(typed, today) == day, typed


@given(st.integers(0, 900), DAYS)
def test_distances_are_kept(days: int, today: date) -> None:
    for typed in (f"+{days}", f"za {days} dni", f"in {days} days"):
        assert read_due(typed, today) == today + timedelta(days=days)


@given(st.sampled_from(["pn", "wtorek", "śr", "czwartku", "fri", "sob", "Sunday"]), DAYS)
def test_a_weekday_is_the_next_one(word: str, today: date) -> None:
    day = read_due(word, today)
    assert day
    assert today < day <= today + timedelta(days=7)


def test_a_whole_line_is_taken_apart() -> None:
    line = "Odpowiedź na pozew @Bartek #I C 12/24 do 14.06"
    assert read_line(line, TODAY) == Typed("Odpowiedź na pozew", "Bartek", ("I", "C", "12/24"), date(2026, 6, 14))
    assert read_line("#12/24 @ba zadzwonić jutro", TODAY) == Typed("zadzwonić", "ba", ("12/24",), date(2026, 5, 21))


@pytest.mark.parametrize("line", ["jutro", "#I C 12/24", "@Bartek", "Przeczytać pismo z 14.06", "Wysłać 5 listów"])
def test_a_title_is_never_eaten(line: str) -> None:
    assert read_line(line, TODAY) == Typed(line)
