"""Leaving the mailing list that a message came by."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from teczka.actions.unsubscribe import unsubscribe
from teczka.core.errors import Problem
from teczka.web.mail.messages import opened, shown
from teczka.web.problems import tell
from teczka.web.requests import Request, allowed, found
from teczka.web.said import Said, say


@require_POST
def message_unsubscribe(request: Request, message_id: UUID) -> HttpResponse:
    page = found(opened(request.user, message_id))
    try:
        letter = allowed(unsubscribe, request.user, message_id)
    except Problem as problem:
        told = tell(problem.trouble, problem.params, problem.detail)
        return render(request, "mail/message.html", {"message": shown(page), "told": told})
    if letter:
        return redirect("compose", letter.public_id)
    say(request, Said.UNSUBSCRIBED)
    return redirect(_before(request) or reverse("message", args=[message_id]))


def _before(request: Request) -> str:
    """Where one was: the list, with the message beside it."""
    before = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return before if ours else ""
