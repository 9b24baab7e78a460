"""Reports of accounts that do not work, which their owners sent to the office's administrators."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from teczka.actions.diagnoses import close_diagnosis
from teczka.store.queries.diagnoses import open_diagnoses
from teczka.web.office.access import for_administrators
from teczka.web.requests import Request
from teczka.web.said import Said, said, say


@for_administrators
@require_safe
def office_diagnoses(request: Request) -> HttpResponse:
    return render(request, "office/diagnoses.html", {"diagnoses": open_diagnoses(request.user), "said": said(request)})


@for_administrators
@require_POST
def office_diagnosis_close(request: Request, diagnosis_id: UUID) -> HttpResponse:
    close_diagnosis(request.user, diagnosis_id)
    say(request, Said.CLOSED)
    return redirect("office_diagnoses")
