"""The viewer's own rules of a case, on its page. Nobody else's: a rule is its owner's alone."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from teczka.web.cases.page import case_page
from teczka.web.requests import Request
from teczka.web.rules.of_case import rules_of_case


@require_safe
def case_rules(request: Request, case_id: UUID) -> HttpResponse:
    context = case_page(request, case_id, "rules")
    return render(request, "cases/rules.html", context | {"rules": rules_of_case(request.user, context["case"])})
