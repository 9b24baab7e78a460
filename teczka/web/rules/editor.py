"""The editor of a rule: its form, and beside it what it says and what it would do."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from teczka.actions import rule_runs
from teczka.actions.rule_edit import as_edited, save_rule
from teczka.core.errors import Problem
from teczka.core.meanwhile import ChangedMeanwhile, marks
from teczka.core.rules import Rule
from teczka.store.queries.rule_lines import RuleLine, excepted, exceptions, rule_line
from teczka.store.queries.rule_preview import LOOKS_BACK, preview
from teczka.web.mail.messages import as_uuid
from teczka.web.requests import Request, allowed, found
from teczka.web.rules.begun import begun
from teczka.web.rules.choices import CHOICES, DOINGS, FIELD_NAMES, KINDS, TYPES
from teczka.web.rules.draft import Draft, changed, from_post, from_rule
from teczka.web.rules.meaning import digest, nameless, read, wrongs
from teczka.web.rules.things import Things
from teczka.web.rules.words import restated
from teczka.web.said import Said, say

OFFERED = {"fields": FIELD_NAMES, "choices": CHOICES, "kinds": KINDS, "types": TYPES, "doings": DOINGS}


@require_http_methods(["GET", "HEAD", "POST"])
def rule_add(request: Request) -> HttpResponse:
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def rule_edit(request: Request, rule_id: UUID) -> HttpResponse:
    return _edit(request, found(rule_line(request.user, rule_id)))


@require_POST
def rule_told(request: Request) -> HttpResponse:
    """What the form says of what stands in it just now. Posted: names of cases and words of mail are for no log."""
    return render(request, "rules/told.html", _told(Things(request.user), from_post(request.POST)))


def _edit(request: Request, line: RuleLine | None) -> HttpResponse:
    things = Things(request.user)
    draft = _draft(request, things, line)
    opened = line.meaning if line and request.method != "POST" else None
    context = {**OFFERED, **_told(things, draft, opened), "line": line, "things": things}
    context["template"] = request.GET.get("template", "")
    context["seen"] = request.POST.get("seen", "") if request.POST else _seen(request, line)
    saving = request.method == "POST" and "edit" not in request.POST
    if saving and not (wrong := _refused(request, draft, context)):
        try:
            return _save(request, line, context["rule"], draft)
        except ChangedMeanwhile:
            line = found(rule_line(request.user, found(line).public_id))
            context |= {"theirs": _theirs(things, line, draft), "seen": _seen(request, line)}
    context |= {"tried": saving, "wrong": wrong if saving else []}
    return render(request, "rules/form.html" if request.GET.get("in") == "form" else "rules/edit.html", context)


def _seen(request: Request, line: RuleLine | None) -> str:
    return marks(as_edited(request.user, line.public_id)) if line else ""


def _theirs(things: Things, line: RuleLine, draft: Draft) -> list[tuple[str, list[str]]]:
    """What it says now, where that is something else, in words."""
    out = exceptions(things.viewer, line.public_id)
    rule, passed_over = read(draft, things), [one.subject for one in excepted(things.viewer, out)]
    fields = [
        (_("Name"), [line.meaning.name], [" ".join(draft.name.split())]),
        (_("What the rule says"), [restated(line.meaning, things)], [restated(rule, things)] if rule else []),
        (_("It passes over"), passed_over, passed_over if set(out) == set(_ids(draft.exceptions)) else []),
    ]
    return [(label, theirs) for label, theirs, ours in fields if theirs != ours]


def _draft(request: Request, things: Things, line: RuleLine | None) -> Draft:
    if request.method == "POST":
        return changed(from_post(request.POST), request.POST.get("edit", ""))
    if line:
        return from_rule(line.meaning, things.shown, list(map(str, exceptions(request.user, line.public_id))))
    return begun(request, things)


def _told(things: Things, draft: Draft, opened: Rule | None = None) -> dict[str, Any]:
    """`opened`: the rule as it was saved, and so agreed to, before anything is done to its form. A form that is sent says itself what is
    ticked in it."""
    rule, out = read(draft, things), _ids(draft.exceptions)
    context: dict[str, Any] = {"draft": draft, "rule": rule, "passed_over": excepted(things.viewer, out)}
    if rule is None:
        return context | {"missing": next(wrongs(draft), "")}
    meant, seen = digest(rule), preview(things.viewer, rule, out)
    asked = digest(rule, out, seen.whom)
    agreed = draft.agreed == asked or (opened is not None and digest(opened) == meant)
    context |= {"digest": meant, "asked": asked, "agreed": agreed}
    return context | {"sentence": restated(rule, things), "preview": seen}


def _refused(request: Request, draft: Draft, context: dict[str, Any]) -> list[str]:
    """Why it is not saved."""
    wrong = [str(one) for one in wrongs(draft)]
    if said := nameless(draft):
        context["nameless"] = said
        wrong.insert(0, said)
    rule: Rule | None = context["rule"]
    if "apply" in request.POST and request.POST["apply"] != context.get("digest"):
        wrong.append(_("The rule was changed since its mail was counted. Look at what it would do now."))
    if rule and rule.shares and not context["agreed"]:
        context["disagreed"] = True
        wrong.append(_("Tick that others shall see this mail."))
    return wrong


def _save(request: Request, line: RuleLine | None, rule: Rule, draft: Draft) -> HttpResponse:
    named = Rule(" ".join(draft.name.split()), rule.when, rule.then)
    template = as_uuid(request.POST.get("template", ""))
    seen = request.POST.get("seen", "") if line else None
    of = line.public_id if line else None
    saved = allowed(save_rule, request.user, of, named, _ids(draft.exceptions), template, seen)
    with suppress(Problem):  # it is being applied already: its page says so
        if "apply" in request.POST:
            allowed(rule_runs.apply_now, request.user, saved, timezone.now() - LOOKS_BACK)
        elif "try" in request.POST:
            allowed(rule_runs.start, request.user, saved)
    say(request, Said.SAVED)
    return redirect("rule", saved)


def _ids(texts: Sequence[str]) -> list[UUID]:
    return [one for one in map(as_uuid, texts) if one]
