"""Room on the disk. How much is free is not told: from day to day that would tell how much mail comes (P7)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from teczka.core.settings import settings
from teczka.store.queries.room import room
from teczka.web.office.health_line import Line


def lines() -> Iterator[Line]:
    found = room(settings().data)
    what = _("Room on the disk")
    if found.full:
        told = _(
            "There is none left: no mail is fetched and no file is taken. Whoever keeps this Teczka running makes room;"
            " it goes on by itself then."
        )
        yield Line(what, "bad", told)
    elif found.low:
        yield Line(what, "soon", _("It is getting scarce. Whoever keeps this Teczka running should make room."))
    else:
        yield Line(what, "good", _("There is enough."))
