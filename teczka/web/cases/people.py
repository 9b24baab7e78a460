"""Who takes part in a case, who works on it, and who knows of it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teczka.actions.team import save_team, unwall_case, wall_case
from teczka.core.errors import AlreadyThere
from teczka.store.queries.tasks import open_by_doer
from teczka.web.cases.forms import TeamForm
from teczka.web.cases.page import card_page, who_else
from teczka.web.mail.messages import as_uuid
from teczka.web.requests import Request, allowed, found
from teczka.web.said import Said, say


@require_safe
def case_people(request: Request, case_id: UUID) -> HttpResponse:
    return render(request, "cases/people.html", _context(request, case_id))


@require_http_methods(["GET", "HEAD", "POST"])
def case_team(request: Request, case_id: UUID) -> HttpResponse:
    context = card_page(request, case_id, "people")
    found(context["may_change"] or None)
    there = [one for one in context["team"] if one.here]
    lead = next((str(one.public_id) for one in there if one.lead), "")
    initial: dict[str, Any] = {"team": [str(one.public_id) for one in there], "lead": lead}
    seen = [one for one in request.POST.getlist("seen") if as_uuid(one)] or initial["team"]
    form = TeamForm(request.POST if request.method == "POST" else None, request.user, initial=initial)
    if form.is_valid():
        told = form.cleaned_data
        allowed(save_team, request.user, case_id, told["people"], told["leads"], [UUID(one) for one in seen])
        say(request, Said.SAVED)
        gone = context["case"].walled and request.user.public_id not in told["people"]
        return redirect("case_list") if gone else redirect("case_people", case_id)
    doers = open_by_doer(request.user, context["case"].id) if context["case"].walled else []
    return render(request, "cases/team.html", context | {"form": form, "seen": seen, "doers": doers})


@require_POST
def case_wall(request: Request, case_id: UUID) -> HttpResponse:
    undone = allowed(wall_case, request.user, case_id)
    say(request, Said.CASE_WALLED, reverse("case_unwall", args=[case_id]) if undone else "")
    return redirect("case_people", case_id)


@require_POST
def case_unwall(request: Request, case_id: UUID) -> HttpResponse:
    try:
        allowed(unwall_case, request.user, case_id)
    except AlreadyThere:
        return render(request, "cases/people.html", _context(request, case_id) | {"taken": True})
    say(request, Said.CASE_UNWALLED, reverse("case_wall", args=[case_id]))
    return redirect("case_people", case_id)


def _context(request: Request, case_id: UUID) -> dict[str, Any]:
    context = card_page(request, case_id, "people")
    team, case = context["team"], context["case"]
    within = {one.id for one in team}
    passed = [one for one in open_by_doer(request.user, case.id) if one.doer not in within] if case.inside else []
    heir = next((one.name for one in team if one.lead and one.here), request.user.name)
    return context | who_else(request, context) | {"passed": passed, "heir": heir}
