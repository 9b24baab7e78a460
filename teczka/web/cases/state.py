"""Closing a case, suspending it, opening it again: each takes the other back."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
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
    before = allowed(set_state, request.user, case_id, state, timezone.localdate())
    back = reverse(STATES[before][1], args=[case_id]) if before is not state else ""
    say(request, STATES[state][0], back)
    return redirect("case", case_id)
