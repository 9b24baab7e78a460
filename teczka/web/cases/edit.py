"""Opening a case, and changing its card."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from teczka.actions.cases import add_case, change_case, next_number, own_patterns
from teczka.core.cases import Card, PartyCard, Side
from teczka.core.errors import AlreadyThere
from teczka.core.meanwhile import ChangedMeanwhile
from teczka.core.references import Kind, parse
from teczka.store.queries.cases import card_of, case_card, case_line
from teczka.web.cases.entry import Entry, differences
from teczka.web.cases.page import may_change
from teczka.web.requests import Request, allowed, found
from teczka.web.said import Said, say


@require_http_methods(["GET", "HEAD", "POST"])
def case_add(request: Request) -> HttpResponse:
    entry = Entry(request.POST if request.method == "POST" else None, request.user, _proposed(request), new=True)
    if entry.is_valid() and entry.team:
        team = entry.team.cleaned_data
        try:
            made = add_case(request.user, entry.card(), team["people"], team["leads"], walled=entry.walled)
        except AlreadyThere:
            entry.taken()
        else:
            return redirect("case", made.public_id)
    return _form(request, {"entry": entry})


@require_http_methods(["GET", "HEAD", "POST"])
def case_edit(request: Request, case_id: UUID) -> HttpResponse:
    line = case_line(request.user, case_id)
    line = found(line if line and may_change(request, line) else None)
    card = card_of(request.user, line)
    entry = Entry(request.POST if request.method == "POST" else None, request.user, card, new=False)
    context: dict[str, Any] = {"entry": entry, "case": line, "seen": request.POST.get("seen", card.mark)}
    if entry.is_valid():
        try:
            allowed(change_case, request.user, case_id, entry.card(), context["seen"])
        except AlreadyThere:
            entry.taken()
        except ChangedMeanwhile:
            now = found(case_card(request.user, case_id))
            context |= {"theirs": differences(now, entry.card()), "seen": now.mark}
        else:
            say(request, Said.SAVED)
            return redirect("case_people", case_id)
    return _form(request, context)


def _form(request: Request, context: dict[str, Any]) -> HttpResponse:
    return render(request, "cases/edit.html", context)


def _proposed(request: Request) -> Card:
    """A new case before anybody typed: its number, today, an empty row for the other side; a reference that somebody came from."""
    today = timezone.localdate()
    asked = parse(request.GET.get("reference", ""), own_patterns(request.user))
    own = asked is not None and asked.kind is Kind.OWN
    return Card(
        number=str(asked) if own else next_number(request.user, today.year),
        name="",
        references=(str(asked),) if asked and not own else (),
        opened_on=today,
        parties=(PartyCard(None, Side.OPPOSING, ""),),
    )
