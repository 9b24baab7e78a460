"""The tasks of a case, on its page."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from teczka.web.cases.page import case_page
from teczka.web.requests import Request
from teczka.web.tasks.of_case import tasks_of_case


@require_safe
def case_tasks(request: Request, case_id: UUID) -> HttpResponse:
    context = case_page(request, case_id, "tasks")
    return render(request, "cases/tasks.html", context | tasks_of_case(request.user, context["case"]))
