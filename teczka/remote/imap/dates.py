"""INTERNALDATE, RFC 3501 §9 date-time: `" 5-Nov-2026 10:00:00 +0100"`."""

import re
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta, timezone
from functools import lru_cache

from teczka.core.mail import UNDATED
from teczka.remote.imap.tokens import Value

_NAMES = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # whatever the machine's locale
_MONTHS = {name.lower(): number for number, name in enumerate(_NAMES, 1)}
_DATE = re.compile(rb" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d)(?: ([+-])(\d\d)(\d\d))?")


def internaldate(value: Value) -> datetime:
    """In UTC. A date that cannot be read, or not be said in every time zone, is UNDATED: a message is not refused for its date."""
    found = _DATE.fullmatch(value) if isinstance(value, bytes) else None
    if not found:
        return UNDATED
    day, month, year, hour, minute, second = (
        int(found[1]), _MONTHS.get(found[2].lower(), 0), int(found[3]), int(found[4]), int(found[5]), int(found[6])
    )  # fmt: skip
    if not MINYEAR < year < MAXYEAR:
        return UNDATED
    try:
        zone = _zone(found[7] or b"+", int(found[8] or 0), int(found[9] or 0))
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return UNDATED


def date_time(moment: datetime) -> bytes:
    """As APPEND gives it, without its quotes; the day in two places (RFC 3501 §9 date-day-fixed)."""
    utc = moment.astimezone(UTC)
    return b"%2d-%s-%04d %02d:%02d:%02d +0000" % (
        utc.day, _NAMES[utc.month - 1], utc.year, utc.hour, utc.minute, utc.second
    )  # fmt: skip


@lru_cache(maxsize=256)
def _zone(sign: bytes, hours: int, minutes: int) -> timezone:
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if sign == b"-" else offset)
