"""Filing from the pages. A script is answered in JSON, as acts are; a form (which says where to go next) with that page."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from teczka.actions import filing
from teczka.actions.acts import Done
from teczka.actions.filing import Wanted
from teczka.core.errors import Problem
from teczka.core.filing import How
from teczka.store.models import User
from teczka.store.queries.acts import ActLine
from teczka.store.queries.messages import message_text
from teczka.store.queries.suggestions import suggestions
from teczka.web.mail.acts import answer
from teczka.web.mail.messages import as_uuid
from teczka.web.mail.selected import MOST, everything_of, named
from teczka.web.requests import Request, allowed
from teczka.web.said import Said, say


class FilingForm(forms.Form):
    key = forms.UUIDField()  # of the page's making: told again, it is done once
    case = forms.UUIDField(required=False)
    private_case = forms.UUIDField(required=False)  # the same, and kept private
    task = forms.UUIDField(required=False)
    scope = forms.ChoiceField(choices=[("thread", ""), ("message", "")], required=False)
    share = forms.ChoiceField(
        choices=[("team", "")], required=False
    )  # where the page told who will see it, and there alone
    private = forms.BooleanField(required=False)
    how = forms.ChoiceField(choices=[(how.value, how.value) for how in How], required=False)


@require_POST
def file(request: Request) -> HttpResponse:
    form = FilingForm(request.POST)
    if not form.is_valid():
        raise Http404
    messages = meant(request)
    wanted = _wanted(request.user, form.cleaned_data, messages)
    line = allowed(filing.file, request.user, form.cleaned_data["key"], messages, wanted)
    return told(request, line, Said.FILED)


@require_POST
def filing_undo(request: Request, filing_id: UUID) -> HttpResponse:
    count = allowed(filing.unfile, request.user, filing_id)
    if "next" not in request.POST:
        return JsonResponse({"act": "", "count": count, "said": gettext("Filed there no longer.")})
    say(request, Said.UNFILED)
    return redirect(_next(request))


@require_POST
def filing_never(request: Request) -> HttpResponse:
    """Nothing, or not this case, is suggested for mail from whom a message is; or again."""
    messages = meant(request)
    if request.POST.get("again"):
        allowed(filing.suggest_again, request.user, messages[0])
    else:
        allowed(filing.never_suggest, request.user, messages[0], as_uuid(request.POST.get("case", "")))
    say(request, Said.SAVED)
    return redirect(_next(request))


@require_POST
def filing_aside(request: Request) -> HttpResponse:
    form = FilingForm(request.POST)
    if not form.is_valid():
        raise Http404
    line = allowed(filing.set_aside, request.user, form.cleaned_data["key"], meant(request))
    return told(request, line, Said.SET_ASIDE)


def meant(request: Request) -> list[UUID]:
    """The messages that a request is about; none is the same 404 as others' are."""
    try:
        whole = "everything" in request.POST
        messages = everything_of(request.user, request.POST.get("listing", "")) if whole else named(request)[:MOST]
    except Problem:
        messages = []
    if not messages:
        raise Http404
    return messages


def told(request: Request, line: ActLine, what: Said) -> HttpResponse:
    if "next" not in request.POST:
        return answer(Done(line))
    goal = _next(request)
    back = f"{reverse('act_undo', args=[line.public_id])}?{urlencode({'next': goal})}"
    say(request, what, back if line.count else "")
    return redirect(goal)


def _wanted(viewer: User, form: dict[str, Any], messages: list[UUID]) -> Wanted:
    """Why, the server says itself: what was suggested for the one message that is filed."""
    private = form["private_case"] or form["private"]
    case = form["private_case"] or form["case"]
    reason, params = "", {}
    text = message_text(viewer, messages[0]) if len(messages) == 1 else None
    for one in suggestions(viewer, [text.id]).get(text.id, []) if text else []:
        if one.public_id == case:
            reason, params = one.suggestion.reason.value, dict(one.suggestion.params)
    return Wanted(
        case=case,
        task=form["task"],
        whole=form["scope"] != "message",
        shared=form["share"] == "team" and not private,
        how=How(str(form["how"] or (How.PICKER if len(messages) == 1 else How.LIST))),
        reason=reason,
        params=params,
    )


def _next(request: Request) -> str:
    goal = request.POST.get("next", "")
    return goal if goal and url_has_allowed_host_and_scheme(goal, None) else reverse("home")
