"""The Date field. Lists sort by the server's INTERNALDATE; this one is only shown."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from typing import Final

_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)
_LONGEST: Final = 200


def read(value: bytes) -> tuple[datetime | None, bool]:
    """The moment in the sender's own zone (RFC 5322 §3.3; without one, UTC), and whether it was forced into 1970–2099."""
    try:
        parsed = parsedate_tz(value[:_LONGEST].decode("ascii", "replace"))
        if parsed is None:
            return None, False
        year, month, day, hour, minute, second = parsed[:6]
        if not _EARLIEST.year <= year <= _LATEST.year:
            return (_EARLIEST if year < _EARLIEST.year else _LATEST), True
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=_zone(parsed[9] or 0))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None, False
    clamped = min(max(moment, _EARLIEST), _LATEST)
    return (moment, False) if clamped == moment else (clamped, True)


def _zone(offset: int) -> timezone:
    return timezone(timedelta(seconds=offset)) if abs(offset) < 86_400 else UTC
