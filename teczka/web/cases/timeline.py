"""A case's first page: what happened in it, to its team; its card, to the rest of the office."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from teczka.actions.pins import use_case
from teczka.store.queries.references import older_mail_that_fits
from teczka.store.queries.timeline import BLOCK, Kind, Place, coming, timeline
from teczka.web.cases.dues import with_dues
from teczka.web.cases.page import card_page, who_else
from teczka.web.requests import Request

CHIPS = {Kind.MESSAGE: _("Mail"), Kind.NOTE: _("Notes"), Kind.TASK: _("Tasks"), Kind.DOCUMENT: _("Documents")}


@require_safe
def case_timeline(request: Request, case_id: UUID) -> HttpResponse:
    context = card_page(request, case_id, "timeline")
    use_case(request.user, context["case"].id)
    if not context["case"].inside:
        return render(request, "cases/people.html", context | who_else(request, context))
    return render(request, "cases/timeline.html", context | _items(request, context["case"].id))


def _items(request: Request, case: int) -> dict[str, Any]:
    kind = next((kind for kind in Kind if kind == request.GET.get("only")), None)
    before = read_place(request.GET.get("before", ""))
    items = timeline(request.user, case, [kind] if kind else [], before, BLOCK + 1)
    shown = items[:BLOCK]
    return {
        "items": [(f"cases/item_{item.kind}.html", item, due) for item, due in with_dues(shown)],
        "more": write_place(shown[-1].place) if len(items) > BLOCK else "",
        "coming": [] if before or kind else with_dues(coming(request.user, case)),
        "chips": CHIPS.items(),
        "only": kind,
        "further": before is not None,
        "older": 0 if before or kind else len(older_mail_that_fits(request.user, case)),
    }


def write_place(place: Place) -> str:
    return f"{place[0].isoformat()}_{place[1]}"


def read_place(text: str) -> Place | None:
    """None where it is none."""
    at, _sign, key = text.rpartition("_")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, UUID(key)) if moment.tzinfo else None
    except ValueError:
        return None
