"""The register of one case, for its team: what was done in it and with its mail, as far as each may see the mail."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from teczka.actions.audit import note
from teczka.core.audit import Verb
from teczka.core.names import safe_name
from teczka.store.queries.audit import PAGE, case_entries, lines
from teczka.web.audit import as_csv, as_file, read_before, shown_lines
from teczka.web.cases.page import case_page
from teczka.web.requests import Request

# Without the numbers of entries and what they follow: how much else is done in the office is no matter of a case (P7).
OF_A_CASE = ("at", "actor", "verb", "case", "ids", "hash")


@require_safe
def case_audit(request: Request, case_id: UUID) -> HttpResponse:
    context = case_page(request, case_id, "audit")
    before = request.GET.get("before", "")
    page, more = shown_lines(lines(request.user, case_id, before=read_before(before), most=PAGE + 1))
    return render(request, "cases/audit.html", context | {"lines": page, "more": more, "further": before})


@require_safe
def case_audit_file(request: Request, case_id: UUID) -> HttpResponseBase:
    case = case_page(request, case_id, "audit")["case"]
    note(request.user, Verb.AUDIT_EXPORT, [case.public_id], case.id)
    name = safe_name(case.shown, "teczka")
    return as_file(as_csv(case_entries(request.user, case_id), OF_A_CASE), f"{name}.csv", "text/csv")
