"""Help for those who use Teczka, in their language: pages of prose, which stand in templates/help by language and not in the catalogue
(ADR 0062). Anybody may read them, also who cannot get in."""

from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from teczka.web.operators import operators


class Topic(NamedTuple):
    name: str  # in the address, and of the file
    title: str | Promise


TOPICS = [
    Topic("start", _("First steps")),
    Topic("mailboxes", _("Mailboxes")),
    Topic("reading", _("Reading")),
    Topic("writing", _("Writing and sending")),
    Topic("searching", _("Searching")),
    Topic("cases", _("Cases and filing")),
    Topic("tasks", _("Tasks and due dates")),
    Topic("privacy", _("Who sees what")),
    Topic("rules", _("Rules")),
    Topic("moving", _("Import and export")),
    Topic("security", _("Signing in and security")),
    Topic("administrators", pgettext_lazy("help", "For administrators")),
]


# By the beginning of the name of the page where somebody looks for help; the first that fits.
_ABOUT = {
    "account_export": "moving",
    "account": "mailboxes",
    "import": "moving",
    "oauth": "mailboxes",
    "folder": "reading",
    "unified": "reading",
    "shared": "privacy",
    "message_share": "privacy",
    "message": "reading",
    "search": "searching",
    "case": "cases",
    "unfiled": "cases",
    "filing": "cases",
    "reference": "cases",
    "task": "tasks",
    "reminders": "tasks",
    "rule": "rules",
    "outbox": "writing",
    "compose": "writing",
    "identity": "writing",
    "template": "writing",
    "security": "security",
    "second_factor": "security",
    "passkey": "security",
    "provider": "security",
    "office": "administrators",
}


def topic_about(page: str) -> str:
    """The topic that helps on the page of this name in urls.py."""
    return next((topic for beginning, topic in _ABOUT.items() if page.startswith(beginning)), TOPICS[0].name)


@require_safe
@login_not_required
def help_page(request: HttpRequest, topic: str = "start") -> HttpResponse:
    shown = next((one for one in TOPICS if one.name == topic), None)
    if shown is None:
        raise Http404
    context = {
        "topics": TOPICS,
        "topic": shown,
        "prose": f"help/{get_language() or 'pl'}/{shown.name}.html",
        "operators": operators(),
    }
    return render(request, f"help/{'inside' if request.user.is_authenticated else 'outside'}.html", context)
