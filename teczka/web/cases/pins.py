"""Pinning a case: the picker then offers it first."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from teczka.actions.pins import pin_case, unpin_case
from teczka.web.requests import Request, allowed


@require_POST
def case_pin(request: Request, case_id: UUID) -> HttpResponse:
    allowed(pin_case, request.user, case_id)
    return redirect("case", case_id)


@require_POST
def case_unpin(request: Request, case_id: UUID) -> HttpResponse:
    allowed(unpin_case, request.user, case_id)
    return redirect("case", case_id)
