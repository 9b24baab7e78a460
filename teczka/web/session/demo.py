"""The demo's front door: a link from the console signs its visitor in. There is no such page outside a demo (web/urls.py)."""

from typing import cast

from allauth.account.utils import perform_login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from teczka.actions.visiting import visitor
from teczka.web.session.by_what import BY
from teczka.web.session.register import DEMO


@require_safe
@login_not_required
def enter(request: HttpRequest, given: str) -> HttpResponse:
    person = visitor(given)
    if person is None:
        raise Http404
    by, home = {BY: [DEMO]}, reverse("home")
    return cast("HttpResponse", perform_login(request, person, redirect_url=home, signal_kwargs=by))
