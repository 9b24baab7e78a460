"""What was found, as one more list of the mail page."""

from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from teczka.core.search_tree import Hint
from teczka.store.models import User
from teczka.store.queries.accounts import accounts
from teczka.store.queries.extraction import waiting
from teczka.store.queries.hits import Place
from teczka.store.queries.search import BLOCK, COUNTED, Shown, coverage, shown
from teczka.store.queries.searches import saved_as, unread_mail
from teczka.web.mail.asked import Asked
from teczka.web.mail.hints import in_words
from teczka.web.mail.listing import Listing
from teczka.web.mail.searched import Searched

ROLE = "search"
MEANWHILE = 200  # hits that are counted while somebody writes: the rest of them costs as long again


def counted(viewer: User, asked: Asked, rows: int = 0, keep: Place | None = None) -> Shown:
    """As many hits as are counted, and the first rows: of what takes too long to count, these alone, and that there are more. `keep`: as
    `queries.search.search` has it."""
    query, most = asked.sought, MEANWHILE if asked.typing else COUNTED
    found = shown(viewer, query, most=most, best=asked.best, rows=rows, keep=keep)
    if (Hint.SLOW, "") in found.hints:
        found = replace(shown(viewer, query, most=BLOCK, best=asked.best, rows=rows), more=True)
    return found


def answered(viewer: User, asked: Asked, rows: int) -> tuple[Asked, Shown]:
    """As it is written; where nothing fits that, with its last word taken for a beginning, as it was while it was typed: no Enter takes all
    hits away."""
    found = counted(viewer, asked, rows)
    if found.count or found.more or asked.typing or not asked.last:
        return asked, found
    begun = replace(asked, begun=True)
    more = counted(viewer, begun, rows)
    return (begun, more) if more.count else (asked, found)


def of_search(viewer: User, asked: Asked, found: Shown | None = None) -> Listing:
    found = found or counted(viewer, asked)
    saved = saved_as(viewer, asked.text, best=asked.best)
    hints = (*found.hints, *([(Hint.BEGUN, asked.last)] if asked.begun else []))
    return Listing(
        asked.key,
        saved.name if saved else _("Search"),
        asked.said or pgettext("search", "All mail"),
        asked.url,
        asked.rows_url,
        [],
        found.count,
        found.count,
        ROLE,
        managed=any(account.managed for account in accounts(viewer)),
        searched=Searched(
            asked, in_words(hints), saved, coverage(viewer) if unread_mail(viewer) else None, waiting(viewer)
        ),
        uncounted=found.more,
    )


def of_rows(asked: Asked) -> Listing:
    """As far as rows tell of it."""
    return Listing(asked.key, "", "", asked.url, asked.rows_url, [], 0, 0, ROLE, managed=False)
