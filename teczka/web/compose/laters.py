"""When a letter may go later: by a name, or at a moment. A name is counted when it is chosen, since the page may lie open over midnight."""

from datetime import MAXYEAR, datetime, timedelta
from enum import StrEnum

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _


class Later(StrEnum):
    TOMORROW = "tomorrow"
    MONDAY = "monday"


def laters(now: datetime) -> list[tuple[str, str]]:
    """To choose from, in the viewer's zone: what `moment` understands, and its words."""
    hours = timezone.localtime(now + timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
    return [
        (Later.TOMORROW, _("Tomorrow at 8:00")),
        (Later.MONDAY, _("On Monday at 8:00")),
        (hours.isoformat(timespec="minutes"), f"{hours:%H:%M}"),  # with its zone: one hour of October is there twice
    ]


def tomorrow(now: datetime) -> str:
    """As a field for a moment begins."""
    return _local(_named(Later.TOMORROW, now))


def moment(text: str, now: datetime) -> datetime | None:
    """None where it is none, has passed, or cannot be said in every time zone."""
    if text in set(Later):
        return _named(Later(text), now)
    try:
        told = parse_datetime(text)
    except ValueError:
        return None
    if told is None or told.year == MAXYEAR:
        return None
    aware = timezone.make_aware(told) if timezone.is_naive(told) else told
    return aware if aware > now else None


def _named(later: Later, now: datetime) -> datetime:
    morning = timezone.localtime(now).replace(hour=8, minute=0, second=0, microsecond=0)
    return morning + timedelta(days=1 if later is Later.TOMORROW else 7 - morning.weekday())


def _local(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M}"
