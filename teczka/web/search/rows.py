"""What was found, as rows: where each message lies, and the words that were looked for, marked."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from teczka.core.search_tree import Where
from teczka.store.models import User
from teczka.store.queries.hits import Hit, Place
from teczka.store.queries.search import BLOCK
from teczka.web.mail.asked import Asked
from teczka.web.mail.cursor import read_cursor, write_cursor
from teczka.web.mail.listing import COLOURLESS, Listing, Stripe
from teczka.web.mail.rows import Row, rows_of
from teczka.web.mail.tree import folder_name
from teczka.web.search.marking import Marking, Pieces, marking

# A cursor's two lower places (queries.listing.Place) hold how well a hit fits, and its message's id.
_HALF, _TIER = 2**32, 2**24


def found_rows(viewer: User, listing: Listing, asked: Asked, shown: Sequence[Hit], skipped: int = 0) -> dict[str, Any]:
    """The context of mail/folder.html#rows."""
    made = rows_of(listing, [hit.line for hit in shown], skipped)
    marks = marking(viewer, asked.sought, shown)
    rows = [_row(row, hit, marks) for row, hit in zip(made["rows"], shown, strict=True)]
    return {"listing": listing, "rows": rows, "last": rows[-1].cursor if len(shown) == BLOCK else ""}


def read_place(cursor: str) -> Place | None:
    told = read_cursor(cursor)
    if told is None:
        return None
    tier, upper = divmod(told[1], _TIER)
    return Place(tier, told[0], upper * _HALF + told[2])


def _cursor(place: Place) -> str:
    upper, lower = divmod(place.id, _HALF)
    return write_cursor((place.internaldate, place.tier * _TIER + upper, lower))


def _row(row: Row, hit: Hit, marks: Marking) -> Row:
    file, snippet = marks.snippet(hit)
    return replace(
        row,
        cursor=_cursor(hit.place),
        who=_marked(marks.line(row.who, Where.FROM)),
        subject=_marked(marks.line(row.subject, Where.SUBJECT)),
        snippet=_marked(snippet),
        file=_marked(file),
        stripe=_whose(hit),
        place=_lies(hit),
    )


def _whose(hit: Hit) -> Stripe:
    if hit.owner:
        return Stripe("", hit.owner, COLOURLESS)
    return Stripe(hit.folder or "", hit.account, hit.colour)


def _lies(hit: Hit) -> str:
    if hit.owner:
        return _("shared with you")
    return folder_name(hit.path, hit.delimiter, hit.role) if hit.folder else _("no longer on the server")


def _marked(pieces: Pieces) -> str:
    """HTML."""
    return mark_safe("".join(f"<mark>{escape(text)}</mark>" if hit else escape(text) for text, hit in pieces))  # noqa: S308  escaped
