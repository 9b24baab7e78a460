"""A list's rows as its template wants them. All the work is done here: a filter or tag in the template costs more than the query."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from teczka.core.labels import labels_of
from teczka.core.sharing import faces
from teczka.store.queries.listing import BLOCK, MessageLine
from teczka.web.labels import shown
from teczka.web.mail.cursor import write_cursor
from teczka.web.mail.listing import Listing, Stripe
from teczka.web.templatetags.pages import when

LABELS = 2  # of a message, in its row
LONGEST = 200  # signs of a subject or snippet; what is wider than the list is cut by it anyway


@dataclass(frozen=True, slots=True)
class Row:
    index: int  # in the list, from 1
    cursor: str
    id: str
    unread: bool
    starred: bool
    who: str
    subject: str
    snippet: str
    time: str
    moment: str  # ISO 8601
    marks: str
    stripe: Stripe | None  # where the list is of several accounts
    place: str = ""  # the folder that it lies in, where the list is of several
    file: str = ""  # HTML: that the snippet is of, or that is called so


def rows_of(
    listing: Listing, lines: list[MessageLine], skipped: int, hints: Mapping[UUID, str] | None = None
) -> dict[str, Any]:
    """The context of mail/folder.html#rows. `skipped`: rows before these, where that is known. `hints`: cases that are suggested for
    messages."""
    suggested = hints or {}
    unknown, unread_yet = _("(no subject)"), _("Being read…")
    rows = [
        Row(
            index,
            write_cursor(line.place),
            str(line.public_id),
            not line.seen,
            line.flagged,
            (line.to_line if listing.outward else line.from_name) or line.from_address or "—",
            unread_yet if line.subject is None else line.subject[:LONGEST] or unknown,
            line.snippet[:LONGEST],
            when(line.internaldate),
            timezone.localtime(line.internaldate).isoformat(timespec="seconds"),
            marks(
                get_language() or "",
                line.answered,
                line.attachments > 0,
                tuple(line.seen_by),
                tuple(line.cases),
                suggested.get(line.public_id, ""),
                tuple(labels[:LABELS]),
                max(len(labels) - LABELS, 0),
            ),
            listing.stripes.get(line.folder),
        )
        for index, line in enumerate(lines, skipped + 1)
        for labels in [labels_of(line.keywords)]
    ]
    last = rows[-1].cursor if len(rows) == BLOCK else ""
    return {"listing": listing, "rows": rows, "last": last}


@lru_cache(1024)
def marks(
    _language: str,
    answered: bool,
    attachments: bool,
    seen_by: tuple[str, ...],
    cases: tuple[str, ...],
    hint: str,
    labels: tuple[str, ...],
    more_labels: int,
) -> str:
    """One of the few ways a row can be marked, rendered once."""
    told = {
        "answered": answered,
        "attachments": attachments,
        "seen_by": seen_by,
        "faces": faces(seen_by),
        "cases": cases,
        "hint": hint,
        "labels": list(map(shown, labels)),
        "more_labels": more_labels,
    }
    return render_to_string("mail/marks.html", told)
