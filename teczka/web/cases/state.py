"""Closing a case, suspending it, opening it again: each takes the other back."""

from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from teczka.actions.cases import set_state
from teczka.core.cases import CaseState
from teczka.web.requests import Request, allowed
from teczka.web.said import Said, say

# What is said, and the address that brings a case there.
STATES = {
    CaseState.OPEN: (Said.CASE_OPEN, "case_reopen"),
    CaseState.SUSPENDED: (Said.CASE_SUSPENDED, "case_suspend"),
    CaseState.CLOSED: (Said.CASE_CLOSED, "case_close"),
}


@require_POST
def case_state(request: Request, case_id: UUID, state: CaseState) -> HttpResponse:
    before, closed_on = allowed(set_state, request.user, case_id, state, _day(request))
    back = reverse(STATES[before][1], args=[case_id]) if before is not state else ""
    say(request, STATES[state][0], f"{back}?on={closed_on}" if back and closed_on else back)
    return redirect("case", case_id)


def _day(request: Request) -> date:
    """On which a case that is closed again had been closed: how long it is kept counts from there. Otherwise today."""
    today = timezone.localdate()
    try:
        told = parse_date(request.GET.get("on", "")) or today
    except ValueError:  # written as a day, and none
        told = today
    return min(told, today)
