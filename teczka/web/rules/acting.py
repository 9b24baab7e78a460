"""What is done to rules from their list and from their pages."""

from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from teczka.actions import rule_runs
from teczka.actions.rule_edit import drop_rule, drop_template, move_rule, offer_rule, pass_over, switch_rule
from teczka.core.errors import Problem
from teczka.store.models import User
from teczka.store.queries.rule_lines import rule_of_run
from teczka.web.mail.messages import as_uuid
from teczka.web.requests import Request, allowed, found
from teczka.web.rules.page import rule_page
from teczka.web.said import Said, say

# What is done, and what is said then.
ACTS: Mapping[str, tuple[Callable[[User, UUID], None], Said | None]] = {
    "on": (partial(switch_rule, on=True), Said.RULE_ON),
    "off": (partial(switch_rule, on=False), Said.RULE_OFF),
    "up": (partial(move_rule, by=-1), None),
    "down": (partial(move_rule, by=1), None),
    "drop": (drop_rule, Said.RULE_DROPPED),
    "offer": (offer_rule, Said.RULE_OFFERED),
}
RUN_ACTS: Mapping[str, Callable[[User, UUID], object]] = {
    "go-on": rule_runs.go_on,
    "pause": rule_runs.pause,
    "resume": rule_runs.resume,
    "undo": rule_runs.undo,
}


@require_POST
def rule_act(request: Request, rule_id: UUID, verb: str) -> HttpResponse:
    act, told = found(ACTS.get(verb))
    allowed(act, request.user, rule_id)
    if told:
        say(request, told)
    if request.POST.get("at") == "page" and verb != "drop":
        return redirect("rule", rule_id)
    return redirect(f"{reverse('rule_list')}?at={rule_id}#rule-{rule_id}")


@require_POST
def rule_except(request: Request, rule_id: UUID) -> HttpResponse:
    message = found(as_uuid(request.POST.get("message", "")))
    allowed(pass_over, request.user, rule_id, message, again="again" in request.POST)
    return redirect("rule", rule_id)


@require_POST
def rule_try(request: Request, rule_id: UUID) -> HttpResponse:
    try:
        allowed(rule_runs.start, request.user, rule_id)
    except Problem as problem:
        return rule_page(request, rule_id, problem)
    return redirect(f"{reverse('rule', args=[rule_id])}#runs")


@require_POST
def rule_run_act(request: Request, run_id: UUID, verb: str) -> HttpResponse:
    act, rule_id = found(RUN_ACTS.get(verb)), found(rule_of_run(request.user, run_id))
    try:
        allowed(act, request.user, run_id)
    except Problem as problem:
        return rule_page(request, rule_id, problem)
    return redirect(f"{reverse('rule', args=[rule_id])}#runs")


@require_POST
def rule_template_drop(request: Request, template_id: UUID) -> HttpResponse:
    allowed(drop_template, request.user, template_id)
    return redirect("rule_list")
