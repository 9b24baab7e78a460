"""Older mail that fits a case and is not filed to it: looked through and filed at once."""

from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from teczka.store.queries.filing import teams
from teczka.store.queries.references import BLOCK, older_mail_that_fits
from teczka.web.cases.page import case_page
from teczka.web.mail.strip import seen_by
from teczka.web.requests import Request


@require_safe
def case_older(request: Request, case_id: UUID) -> HttpResponse:
    context = case_page(request, case_id, "timeline")
    case = context["case"]
    names = teams(request.user, [case.id]).get(case.id, [])
    more = {
        "messages": older_mail_that_fits(request.user, case.id),
        "most": BLOCK,
        "seen_by": seen_by(names),
        "key": uuid4(),
    }
    return render(request, "cases/older.html", context | more)
