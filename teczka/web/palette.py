"""What the palette finds beside cases, correspondents and what stands on the page itself: pages, accounts, colleagues, words."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from teczka.store.queries.accounts import accounts
from teczka.store.queries.people import colleagues
from teczka.web.help import TOPICS
from teczka.web.requests import Request

# What kinds of things there are, as palette.ts calls them.
HEADINGS = [
    ("case", _("Cases")),
    ("command", _("Commands")),
    ("folder", _("Folders")),
    ("page", pgettext_lazy("palette", "Pages")),
    ("account", _("Accounts")),
    ("person", _("People")),
    ("search", _("E-mail")),
]


@require_safe
def palette(request: Request) -> HttpResponse:
    known = [account for account in accounts(request.user) if account.deleted_at is None]
    return render(
        request,
        "palette/palette.html",
        {"headings": HEADINGS, "accounts": known, "colleagues": colleagues(request.user), "topics": TOPICS},
    )
