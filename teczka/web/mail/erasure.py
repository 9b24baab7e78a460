"""Erasing a message for good: what goes, who saw it, what stays; then the button."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from teczka.actions.erasure import erase
from teczka.core.errors import Problem
from teczka.core.settings import settings
from teczka.store.queries.erasure import prospect, shown_to
from teczka.store.queries.messages import message_text
from teczka.store.queries.sharing import audience
from teczka.web.problems import tell
from teczka.web.requests import Request, allowed, found
from teczka.web.said import Said, say


@require_http_methods(["GET", "HEAD", "POST"])
def message_erase(request: Request, message_id: UUID) -> HttpResponse:
    text = found(message_text(request.user, message_id))
    told = None
    if request.method == "POST":
        try:
            allowed(erase, request.user, message_id)
        except Problem as problem:
            told = tell(problem.trouble, problem.params, problem.detail)
        else:
            say(request, Said.ERASED)
            return redirect("home")
    facts = {
        "text": text,
        "goes": found(prospect(request.user, message_id)),
        "told": told,
        "audience": audience(request.user, message_id),
        "shown_to": shown_to(request.user, message_id),
        "backup_days": settings().backup_days,
    }
    return render(request, "mail/erase.html", facts)
