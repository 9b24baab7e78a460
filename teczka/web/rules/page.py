"""One rule: what it says, how it gets on with older mail, and what it did to which message."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from teczka.core.errors import Problem
from teczka.store.queries.rule_lines import BLOCK, HitLine, excepted, exceptions, rule_line, rule_log
from teczka.store.queries.rule_runs import RunLine, runs
from teczka.web.labels import shown as shown_label
from teczka.web.problems import Told, tell
from teczka.web.requests import Request, found
from teczka.web.rules.listing import shown
from teczka.web.rules.things import Things
from teczka.web.said import said

PLAIN = {
    "star": gettext_lazy("starred"),
    "mark_read": gettext_lazy("marked as read"),
    "task": gettext_lazy("a task was made"),
    "notify": gettext_lazy("told"),
    "stop": gettext_lazy("no later rule applied"),
}


@dataclass(frozen=True, slots=True)
class ShownRun:
    line: RunLine
    told: Told | None


@require_safe
def rule(request: Request, rule_id: UUID) -> HttpResponse:
    return rule_page(request, rule_id)


def rule_page(request: Request, rule_id: UUID, problem: Problem | None = None) -> HttpResponse:
    """`problem`: why what was just asked for is not done."""
    line = found(rule_line(request.user, rule_id))
    things = Things(request.user)
    before = request.GET.get("before", "")
    log = rule_log(
        request.user, rule_id, int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    )
    context = {
        "shown": shown(line, things),
        "runs": [ShownRun(one, _told(one.problem)) for one in runs(request.user, rule_id)],
        "log": [(one, did(one, things)) for one in log[:BLOCK]],
        "next_before": log[BLOCK - 1].id if len(log) > BLOCK else None,
        "passed_over": excepted(request.user, exceptions(request.user, rule_id)),
        "refused": _told(problem),
        "said": said(request),
    }
    return render(request, "rules/rule.html", context, status=409 if problem else 200)


def did(hit: HitLine, things: Things) -> str:
    """What it did to the message, in a line."""
    words = [_did(one, hit, things) for one in hit.done]
    return ", ".join(words) or _("nothing could be done")


def _did(one: Mapping[str, Any], hit: HitLine, things: Things) -> str:
    do, case = one.get("do"), one.get("case") or one.get("team")
    case = things.shown.get(hit.found if case == "found" else str(case), "")
    if do == "file":
        return _("filed to %(case)s") % {"case": case} if case else _("filed to a case")
    if do == "share":
        names = [name for person in one.get("people") or [] if (name := things.person(UUID(person)))]
        whom = names + ([_("the team of %(case)s") % {"case": case}] if one.get("team") and case else [])
        return _("shared with: %(names)s") % {"names": ", ".join(whom)} if whom else _("shared")
    if do == "label":
        return _("labelled “%(label)s”") % {"label": shown_label(str(one.get("keyword")))}
    if do == "move":
        folder = things.folder(str(one.get("folder")))
        return _("moved to %(folder)s") % {"folder": folder} if folder else _("moved")
    return str(PLAIN.get(str(do), ""))


def _told(problem: Problem | None) -> Told | None:
    return tell(problem.trouble, problem.params) if problem else None
