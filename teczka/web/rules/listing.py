"""The rules of somebody, in their order; and what their office offers as a beginning."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from teczka.store.queries.rule_lines import RuleLine, rule_lines, rule_templates
from teczka.web.mail.messages import as_uuid
from teczka.web.problems import Told, tell
from teczka.web.requests import Request
from teczka.web.rules.things import Things
from teczka.web.rules.words import restated
from teczka.web.said import said

PAGE = 100


@dataclass(frozen=True, slots=True)
class Shown:
    line: RuleLine
    sentence: str
    told: Told | None  # why it paused itself


def shown(line: RuleLine, things: Things) -> Shown:
    told = tell(line.why, line.trouble_params) if line.why else None
    return Shown(line, restated(line.meaning, things), told)


@require_safe
def rule_list(request: Request) -> HttpResponse:
    """A page of them: the one on which the rule `at` stands, which moves with it; without it the first."""
    things, lines, at = Things(request.user), rule_lines(request.user), as_uuid(request.GET.get("at", ""))
    place = next((place for place, line in enumerate(lines) if line.public_id == at), 0)
    first = place - place % PAGE
    context: dict[str, Any] = {
        "rules": [shown(line, things) for line in lines[first : first + PAGE]],
        "earlier": lines[first - PAGE] if first else None,
        "further": lines[first + PAGE] if len(lines) > first + PAGE else None,
        "first": first + 1,
        "templates": [(one, restated(one.meaning, things)) for one in rule_templates(request.user)],
        "said": said(request),
    }
    return render(request, "rules/list.html", context)
