"""How near a task is, and when it reminds."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from teczka.core.tasks import Group, Nearness, Reminder, group, nearness, remind_on, reminder

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
ORDER = list(Group)


@given(DAYS, st.integers(-500, 500), st.integers(0, 500))
def test_the_list_in_the_order_of_days_is_in_the_order_of_groups(today: date, first: int, more: int) -> None:
    earlier = group(today + timedelta(days=first), today)
    later = group(today + timedelta(days=first + more), today)
    assert ORDER.index(earlier) <= ORDER.index(later) < ORDER.index(group(None, today))


@given(DAYS, st.integers(-500, 500))
def test_groups_and_names_agree(today: date, days: int) -> None:
    due = today + timedelta(days=days)
    named, where = nearness(due, today), group(due, today)
    assert (named is Nearness.OVERDUE) == (where is Group.OVERDUE) == (days < 0)
    assert (named is Nearness.TODAY) == (where is Group.TODAY) == (days == 0)
    assert (named is Nearness.TOMORROW) == (days == 1)


def test_a_week_is_seven_days_whichever_day_it_is() -> None:
    for today in (date(2026, 5, 20), date(2026, 5, 24)):
        assert group(today + timedelta(days=7), today) is Group.WEEK
        assert group(today + timedelta(days=8), today) is Group.LATER


@given(DAYS, st.sampled_from(Reminder))
def test_a_reminder_is_read_back_as_it_was_chosen(due: date, chosen: Reminder) -> None:
    assert reminder(due, remind_on(due, chosen)) is chosen


def test_without_a_day_nothing_reminds() -> None:
    assert remind_on(None, Reminder.SAME_DAY) is None
    assert remind_on(date.min, Reminder.WEEK) == date.min
