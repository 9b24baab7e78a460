"""Attached files: whether some still wait for their words to be searched. How many is not told: that would tell how much mail there is."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from teczka.store.queries.doctor import unextracted
from teczka.web.office.health_line import Line


def lines() -> Iterator[Line]:
    if unextracted():
        yield Line(
            _("Words in attachments"),
            "soon",
            _("Some attachments are still being read. Messages themselves are found already."),
        )
    else:
        yield Line(_("Words in attachments"), "good", _("Every attachment that can be read is found by its words."))
