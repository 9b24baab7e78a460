"""What is done to mail from the pages, and taken back: answers in JSON, with the sentence that is shown."""

from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from teczka.actions import acts
from teczka.actions.acts import Done
from teczka.core.acts import Verb
from teczka.core.errors import Problem
from teczka.store.queries.acts import last_act
from teczka.web.mail.done import in_words, why
from teczka.web.mail.selected import selection
from teczka.web.requests import Request, allowed
from teczka.web.said import Said, say

ON_MESSAGES = (*acts.FLAGS, *acts.GOALS, Verb.MOVE, Verb.COPY, Verb.DELETE)


class ActForm(forms.Form):
    key = forms.UUIDField()  # of the page's making: told again, it is done once
    verb = forms.ChoiceField(choices=[(verb.value, verb.value) for verb in ON_MESSAGES])
    listing = forms.CharField(required=False)  # a folder's public id, or the unified inbox; empty: wherever they lie
    target = forms.UUIDField(required=False)
    everything = forms.BooleanField(required=False)  # that is listed, whatever is named
    quietly = forms.BooleanField(required=False)


@require_POST
def act(request: Request) -> HttpResponse:
    form = ActForm(request.POST)
    if not form.is_valid():
        raise Http404
    told = form.cleaned_data
    try:
        chosen = selection(request, told["listing"], everything=told["everything"])
        done = allowed(
            acts.do, request.user, told["key"], Verb(told["verb"]), chosen, told["target"], quiet=told["quietly"]
        )
    except Problem as problem:
        return refusal(problem)
    return answer(done)


@require_POST
def act_undo(request: Request, act_id: UUID) -> HttpResponse:
    """For a form that says where to go next: there."""
    try:
        done = allowed(acts.undo, request.user, act_id)
    except Problem as problem:
        return refusal(problem)
    back = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, None):
        return answer(done)
    say(request, Said.TAKEN_BACK)
    return redirect(back)


@require_http_methods(["GET", "HEAD", "POST"])
def act_last(request: Request) -> HttpResponse:
    """What `z` takes back, on a page that has forgotten."""
    line = last_act(request.user)
    return answer(Done(line)) if line else JsonResponse({})


@require_POST
def act_dismiss(request: Request, operation_id: UUID) -> HttpResponse:
    allowed(acts.dismiss, request.user, operation_id)
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, None) else "home")


def answer(done: Done) -> HttpResponse:
    line = done.line
    undoable = line.count and line.verb is not Verb.UNDO
    return JsonResponse({"act": str(line.public_id) if undoable else "", "count": line.count, "said": in_words(done)})


def refusal(problem: Problem) -> HttpResponse:
    return JsonResponse({"said": why(problem)}, status=409)
