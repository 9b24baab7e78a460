"""Search: whether some mail waits to be read, and is not found before. How much is not told: that would tell how much mail there is."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from teczka.store.queries.doctor import unread
from teczka.web.office.health_line import Line


def lines() -> Iterator[Line]:
    if unread():
        yield Line(
            _("Finding mail"),
            "soon",
            _("Some messages are still being read, the newest first. Until then search does not find them."),
        )
    else:
        yield Line(_("Finding mail"), "good", _("Every message is found by its words."))
