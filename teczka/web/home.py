"""The front door: to wherever this person's day begins."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from teczka.actions.people import needs_set_up
from teczka.store.models import User
from teczka.store.queries.folders import first_inbox
from teczka.store.queries.unified import inboxes


@require_safe
@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    if not isinstance(request.user, User):
        if needs_set_up():
            return render(request, "office/not_set_up.html", status=404)
        return redirect("account_login")
    if len([inbox for inbox in inboxes(request.user) if inbox.chosen]) > 1:
        return redirect("unified")
    inbox = first_inbox(request.user)
    return redirect("folder", inbox) if inbox else redirect("account_list")
