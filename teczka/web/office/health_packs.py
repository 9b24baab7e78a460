"""Whether the disk still has what was stored. That something was erased is not told: in a small office that tells whose (P7)."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from teczka.core.settings import settings
from teczka.store.queries import doctor
from teczka.web.office.health_line import Line


def lines() -> Iterator[Line]:
    yield _scrubbed()


def _scrubbed() -> Line:
    what, found = _("Stored mail, read again and compared"), doctor.scrubbed()
    if found.damaged:
        told = _(
            "Part of the stored mail is damaged. Whoever keeps the machine says “teczka verify”, which names it and what to do."
        )
        return Line(what, "bad", told, found.newest)
    if not settings().scrub_days:
        return Line(what, "soon", _("The settings switch it off."))
    late = timezone.now() - timedelta(days=settings().scrub_days * 2)
    if found.oldest and found.oldest < late:
        return Line(
            what,
            "soon",
            _("It does not get round in time: the disk is slow, or the settings give it too little."),
            found.newest,
        )
    return Line(what, "good", _("All that was read is as it was stored."), found.newest)
