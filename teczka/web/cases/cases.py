"""The list of cases: one's own, the office's, the closed ones; and what is found among all of them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from teczka.store.queries.case_list import BLOCK, By, Which, case_list, case_list_for
from teczka.web.cases.dues import with_dues
from teczka.web.mail.messages import as_uuid
from teczka.web.requests import Request
from teczka.web.said import said

LONGEST_QUERY = 200


@require_safe
def case_list_page(request: Request) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    context = _found(request, query) if query else _page(request)
    return render(request, "cases/list.html", {"said": said(request), **context})


def _found(request: Request, query: str) -> dict[str, Any]:
    cases = case_list_for(request.user, query)
    return {"query": query, "cases": with_dues(cases), "full": len(cases) == BLOCK}


def _page(request: Request) -> dict[str, Any]:
    which, by = _one_of(Which, request.GET.get("show")), _one_of(By, request.GET.get("by"))
    cases = case_list(request.user, which, by, as_uuid(request.GET.get("after", "")), BLOCK + 1)
    shown = cases[:BLOCK]
    return {
        "which": which,
        "by": by,
        "cases": with_dues(shown),
        "more": shown[-1].public_id if len(cases) > BLOCK else None,
        "further": "after" in request.GET,
    }


def _one_of(choices: Any, told: str | None) -> Any:
    """The first where it is none of them."""
    return next((one for one in choices if one == told), next(iter(choices)))
