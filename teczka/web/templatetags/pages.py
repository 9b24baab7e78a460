"""What templates need beside Django's: icons, and times and amounts in people's words."""

import math
import re
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zipfile import ZipFile

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from teczka.core.mail import UNDATED
from teczka.core.people import initials

register = template.Library()

# Drawn once a page; each use is a reference, so that a row carries none of the drawing.
ICONS = (
    "archive archive-restore arrow-down arrow-left arrow-up at-sign bold briefcase check chevron-down chevron-right circle"
    " circle-alert circle-check circle-pause clock cloud-off code copy download ellipsis ellipsis-vertical external-link eye file"
    " file-archive file-image file-pen file-plus file-spreadsheet file-text flag folder folder-input folder-open forward globe"
    " image-off inbox info italic key-round life-buoy link list list-ordered list-todo lock log-in log-out mail mail-open mail-plus"
    " mailbox mails maximize-2 menu message-square minus paperclip pause pencil pin play plug plus printer quote refresh-cw reply"
    " reply-all search send server settings shield-alert shield-check signature star stethoscope sticky-note tag trash-2"
    " triangle-alert underline undo-2 users x"
).split()


UNITS = (("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000))


@register.simple_tag
@cache
def icons() -> SafeString:
    """The drawings (Lucide, ISC licence), hidden; `icon` shows one."""
    # The package's own tag opens the archive of all its drawings for each: half a second of a web process's first page.
    with files("lucide").joinpath("lucide.zip").open("rb") as packed, ZipFile(packed) as drawings:
        drawn = "".join(_symbol(name, drawings.read(f"{name}.svg").decode()) for name in ICONS)
    return mark_safe(f'<svg class="icons" aria-hidden="true" width="0" height="0">{drawn}</svg>')  # noqa: S308  the package's files


def _symbol(name: str, svg: str) -> str:
    shapes = "".join(re.findall(r"<(?!svg|/svg)[^>]+>", svg))
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{shapes}</symbol>'


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A picture beside words: never alone in saying something, so hidden from readers."""
    if name not in ICONS:
        raise ValueError(f"no icon {name!r}")
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.filter
def when(moment: datetime | None) -> str:
    """12:04 · yesterday · 3 May · 3.05.2025 or 3 May 2025: as exact as its distance needs."""
    if moment is None:
        return ""
    if moment == UNDATED:
        return _("date unknown")
    local, today = timezone.localtime(moment), timezone.localdate()
    if local.date() == today:
        return f"{local:%H:%M}"
    return _day(local.date(), today, get_language() or "")


@lru_cache(maxsize=4096)
def _day(day: date, today: date, _language: str) -> str:
    """A list names few days many times over, and formatting a date costs more than the rest of its row."""
    if day == today - timedelta(days=1):
        return _("yesterday")
    return formats.date_format(day, "j E" if day.year == today.year else _numbers() or "j M Y")


def _numbers() -> str:
    """Days in numbers alone, where everybody reads them alike: to some readers of English 4.03.2025 is a day of April."""
    return "j.m.Y" if get_language() == "pl" else ""


@register.filter(expects_localtime=True)
def numbered(moment: date | None, time: str = "") -> str:
    """3.05.2026, in English 3 May 2026; after it the time, where there is a format for it."""
    return formats.date_format(moment, f"{_numbers() or 'j E Y'} {time}".strip()) if moment else ""


@register.filter
def exactly(moment: datetime | None) -> str:
    """Sunday, 3 May 2026, 12:04."""
    if moment == UNDATED:
        return _("date unknown")
    return formats.date_format(timezone.localtime(moment), "l, j E Y, H:i") if moment else ""


@register.filter
def dated(moment: datetime | None) -> str:
    """3 May 2026, 12:04: within a sentence, which a weekday's large letter would break."""
    if moment == UNDATED:
        return _("date unknown")
    return formats.date_format(timezone.localtime(moment), "j E Y, H:i") if moment else ""


@register.filter
def moment(time: datetime | None) -> str:
    """12:04 · tomorrow, 8:00 · 3 May, 8:00: to the minute, also in days to come."""
    if time is None:
        return ""
    local, today = timezone.localtime(time), timezone.localdate()
    if local.date() == today:
        return f"{local:%H:%M}"
    named = (
        _("tomorrow") if local.date() == today + timedelta(days=1) else _day(local.date(), today, get_language() or "")
    )
    return f"{named}, {local.hour}:{local:%M}"


register.filter("initials", initials)


@register.filter
def day(moment: datetime) -> str:
    """3 May."""
    return formats.date_format(timezone.localtime(moment), "j E")


@register.simple_tag
def day_ends() -> str:
    """When the office's today does: a page that is left open tells it of no other day."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), timezone.get_current_timezone()).isoformat()


@register.filter
def left(span: timedelta) -> str:
    """About 6 min left; about 2 h left."""
    minutes = math.ceil(span.total_seconds() / 60)
    if minutes < 2:
        return _("about a minute left")
    if minutes < 100:
        return _("about %(n)s min left") % {"n": minutes}
    return _("about %(n)s h left") % {"n": round(minutes / 60)}


@register.filter
def amount(number: int) -> str:
    """18 402, with a space that does not break: the same in both languages."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


@register.filter
def bytes_size(size: int) -> str:
    """240 KB, 1,2 MB. KB is 1,000 bytes, as file managers of today count."""
    if size < 1000:
        return f"{size}\N{NO-BREAK SPACE}B"
    unit, each = next((pair for pair in UNITS if size < 999.5 * pair[1]), UNITS[-1])
    value = size / each
    return f"{formats.number_format(value, 0 if value >= 10 else 1)}\N{NO-BREAK SPACE}{unit}"
