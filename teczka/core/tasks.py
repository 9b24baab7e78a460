"""Tasks: how near one is to its day, who sees it, when it reminds; pure. Days are dates in the office's zone."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from uuid import UUID

LONGEST_TITLE = 300
LONGEST_NOTE = 10_000
SOON = 7  # days
MORNING = 7  # o'clock in the office's zone, from which on the letter of the day is sent


WHO = ("assignee", "case", "for_office")  # of Wanted: they decide who sees it


class Group(StrEnum):
    """Where a task stands in the list, in this order."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"  # within seven days: on a Sunday tomorrow is near, too
    LATER = "later"
    NO_DATE = "no_date"


class Nearness(StrEnum):
    """How a day is best named."""

    OVERDUE = "overdue"
    TODAY = "today"
    TOMORROW = "tomorrow"
    SOON = "soon"
    LATER = "later"


class Audience(StrEnum):
    """Who sees a task, its title among it."""

    ALONE = "alone"
    BOTH = "both"  # who made it and who does it
    TEAM = "team"  # of its case
    TEAM_AND = "team_and"  # and who does it, who is none of them
    OFFICE = "office"


class Reminder(IntEnum):
    """Days before the due one."""

    NONE = -1
    SAME_DAY = 0
    DAY_BEFORE = 1
    THREE_DAYS = 3
    WEEK = 7


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task as somebody wants it to be; public ids."""

    title: str
    note: str = ""
    due_on: date | None = None
    assignee: UUID | None = None  # None: whoever says so
    case: UUID | None = None
    for_office: bool = False  # of one without a case
    reminder: Reminder = Reminder.SAME_DAY


def group(due: date | None, today: date) -> Group:
    if due is None:
        return Group.NO_DATE
    if due < today:
        return Group.OVERDUE
    if due == today:
        return Group.TODAY
    return Group.WEEK if (due - today).days <= SOON else Group.LATER


def nearness(due: date, today: date) -> Nearness:
    days = (due - today).days
    if days < 0:
        return Nearness.OVERDUE
    if days < 2:
        return Nearness.TOMORROW if days else Nearness.TODAY
    return Nearness.SOON if days < SOON else Nearness.LATER  # in seven days the weekday's name would be today's


def remind_on(due: date | None, reminder: Reminder) -> date | None:
    """None: never; without a day there is nothing to be early for."""
    if due is None or reminder is Reminder.NONE:
        return None
    return due - timedelta(days=min(reminder, (due - date.min).days))


def reminder(due: date | None, remind: date | None) -> Reminder:
    """What was chosen, read back."""
    if due is None:
        return Reminder.SAME_DAY
    if remind is None:
        return Reminder.NONE
    early = (due - remind).days
    return min((one for one in Reminder if one >= 0), key=lambda one: abs(one - early))
