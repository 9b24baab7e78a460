"""What every page of one case shows around its content, and who is let in."""

from typing import Any
from uuid import UUID

from django.http import Http404

from teczka.core.access import Standing
from teczka.core.cases import Side
from teczka.store.queries.cases import CaseLine, case_at_once
from teczka.store.queries.tasks import colleagues
from teczka.web.cases.words import SIDES, STATES
from teczka.web.requests import Request, found
from teczka.web.said import said


def case_page(request: Request, case_id: UUID, tab: str) -> dict[str, Any]:
    """For the case's team. The same 404 for everybody else."""
    context = card_page(request, case_id, tab)
    if not context["case"].inside:
        raise Http404
    return context


def card_page(request: Request, case_id: UUID, tab: str) -> dict[str, Any]:
    """For whoever may see the card."""
    line, card, team = found(case_at_once(request.user, case_id))
    return {
        "case": line,
        "tab": tab,
        "state": STATES[card.state],
        "card": card,
        "parties": [(SIDES[party.side], party) for party in card.parties],
        "court": next((party.name for party in card.parties if party.side is Side.COURT), ""),
        "team": team,
        "lead": next((one for one in team if one.lead), None),
        "may_change": may_change(request, line),
        "said": said(request),
    }


def may_change(request: Request, line: CaseLine) -> bool:
    """Its card, its team, its wall: actions/cases.py says the same."""
    return Standing(True, line.inside, line.walled, request.user.is_administrator).changes


def who_else(request: Request, context: dict[str, Any]) -> dict[str, Any]:
    """How many people of the office are not in the team: whom a wall concerns."""
    return {"others": len(colleagues(request.user)) - sum(one.here for one in context["team"])}
