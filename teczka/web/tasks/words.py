"""Tasks in words: how near a day is, who sees one, what stands in which part of the list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils import formats
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from teczka.actions.tasks import Seen
from teczka.core.tasks import Audience, Group, Nearness, group, nearness
from teczka.store.models import User
from teczka.store.queries.tasks import TaskLine


@dataclass(frozen=True, slots=True)
class Shown:
    """A task as lists show it."""

    line: TaskLine
    due: str  # in words; empty: no day
    day: str  # exactly
    overdue: bool
    today: bool


def shown(line: TaskLine, today: date) -> Shown:
    where = group(line.due_on, today)
    return Shown(
        line,
        _due(line, line.due_on, today) if line.due_on else "",
        day_in_full(line.due_on) if line.due_on else "",
        where is Group.OVERDUE and not line.done_at,
        where is Group.TODAY and not line.done_at,
    )


def grouped(lines: Iterable[TaskLine], today: date) -> list[tuple[Group, str, Sequence[Shown]]]:
    """Lines in the order of their days, under the names of their parts."""
    names = {
        Group.OVERDUE: _("Overdue"),
        Group.TODAY: _("Today"),
        Group.WEEK: _("Within a week"),
        Group.LATER: _("Later"),
        Group.NO_DATE: _("Without a date"),
    }
    parts = groupby(lines, lambda line: group(line.due_on, today))
    return [(where, names[where], [shown(line, today) for line in some]) for where, some in parts]


def _due(line: TaskLine, due: date, today: date) -> str:
    """Of what is done, the plain date: it is overdue no more."""
    return due_in_words(due, today) if line.done_at is None else _date(due, today)


def due_in_words(due: date, today: date) -> str:
    """overdue by 3 days · today · tomorrow · Friday · 14 May · 14 May 2027."""
    near, days = nearness(due, today), (due - today).days
    if near is Nearness.OVERDUE:
        return ngettext("overdue by %(n)s day", "overdue by %(n)s days", -days) % {"n": -days}
    if near is Nearness.SOON:
        return _formatted(due, "l")
    if near is Nearness.LATER:
        return _date(due, today)
    return _("today") if near is Nearness.TODAY else _("tomorrow")


def due_told(due: date, today: date) -> str:
    """Which day was understood, and how far that is: Friday, 14 May 2026 – in 6 days."""
    days = (due - today).days
    far = ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days} if days > 1 else due_in_words(due, today)
    return f"{day_in_full(due)} – {far}"


def day_in_full(day: date) -> str:
    """Friday, 14 May 2026."""
    return _formatted(day, "l, j E Y")


def _date(day: date, today: date) -> str:
    return _formatted(day, "j E" if day.year == today.year else "j E Y")


def _formatted(day: date, how: str) -> str:
    """Polish days have small letters, and Django's have not."""
    told = formats.date_format(day, how)
    return told.lower() if get_language() == "pl" else told


def audience_in_words(seen: Seen, viewer: User) -> str:
    names = [_("you") if person.id == viewer.pk else person.name for person in seen.others]
    if seen.audience is Audience.OFFICE:
        return _("The whole office sees this task.")
    if seen.audience is Audience.ALONE:
        return (
            _("Only you see this task.") if seen.by(viewer) else _("Only %(name)s sees this task.") % {"name": names[0]}
        )
    if seen.audience is Audience.BOTH:
        return _("Who sees this task: %(names)s. Nobody else.") % {"names": ", ".join(names)}
    team = len(seen.team)
    told = ngettext(
        "The team of the case sees this task: %(n)s person.", "The team of the case sees this task: %(n)s people.", team
    ) % {"n": team}
    if seen.audience is Audience.TEAM:
        return told
    beside = _("So do these, who are not in the team and see of its inside this task alone: %(names)s.")
    return f"{told} {beside % {'names': ', '.join(names)}}"
