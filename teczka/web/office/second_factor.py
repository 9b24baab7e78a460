"""Whether an office wants a second step of everybody who signs in."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from teczka.actions.second_factor import require
from teczka.web.office.access import for_administrators
from teczka.web.requests import Request
from teczka.web.said import Said, say


@for_administrators
@require_POST
def office_second_factor(request: Request) -> HttpResponse:
    require(request.user, required="required" in request.POST)
    say(request, Said.SAVED)
    return redirect("office_people")
