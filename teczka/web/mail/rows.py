"""A list's rows as its template wants them. All the work is done here: a filter or tag in the template costs more than the query."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from teczka.core.folders import FolderRole
from teczka.store.queries.folders import FolderLine
from teczka.store.queries.listing import BLOCK, MessageLine
from teczka.web.mail.cursor import write_cursor
from teczka.web.templatetags.pages import when

LONGEST = 200  # signs of a subject or snippet; what is wider than the list is cut by it anyway


@dataclass(frozen=True, slots=True)
class Row:
    index: int  # in the folder, from 1
    cursor: str
    id: str
    unread: bool
    who: str
    subject: str
    snippet: str
    time: str
    moment: str  # ISO 8601
    marks: str


def rows_of(folder: FolderLine, lines: list[MessageLine], skipped: int) -> dict[str, Any]:
    """The context of mail/folder.html#rows. `skipped`: rows before these, where that is known."""
    outward = folder.role in {
        FolderRole.SENT,
        FolderRole.DRAFTS,
    }  # whom it went to says more there than whom it came from
    unknown, unread_yet = _("(no subject)"), _("Being read…")
    rows = [
        Row(
            index,
            write_cursor(line.place),
            str(line.public_id),
            not line.seen,
            (line.to_line if outward else line.from_name) or line.from_address or "—",
            unread_yet if line.subject is None else line.subject[:LONGEST] or unknown,
            line.snippet[:LONGEST],
            when(line.internaldate),
            timezone.localtime(line.internaldate).isoformat(timespec="seconds"),
            _marks(get_language() or "", line.answered, line.flagged, line.attachments > 0, line.shared),
        )
        for index, line in enumerate(lines, skipped + 1)
    ]
    last = rows[-1].cursor if len(rows) == BLOCK else ""
    return {"folder": folder, "here": folder.public_id, "rows": rows, "last": last}


@cache
def _marks(_language: str, answered: bool, starred: bool, attachments: bool, shared: bool) -> str:
    """One of the few ways a row can be marked, rendered once."""
    told = {"answered": answered, "starred": starred, "attachments": attachments, "shared": shared}
    return render_to_string("mail/marks.html", told)
