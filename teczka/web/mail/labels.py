"""Labels put on messages and taken off: the dialog of the list, which is a page of its own without script."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from teczka.actions import acts
from teczka.core.acts import Verb
from teczka.core.errors import Problem
from teczka.core.labels import LONGEST
from teczka.store.models import User
from teczka.store.queries.filing import named as lines
from teczka.store.queries.labels import known_labels, labels_on
from teczka.web.labels import meant, offered
from teczka.web.mail.acts import answer, refusal
from teczka.web.mail.messages import as_uuid
from teczka.web.mail.selected import selection
from teczka.web.requests import Request, allowed, found
from teczka.web.said import Said, say

MOST = 200  # messages that the page shows


class LabelForm(forms.Form):
    key = forms.UUIDField()  # of the page's making: told again, it is done once
    listing = forms.CharField(required=False)
    everything = forms.BooleanField(required=False)
    name = forms.CharField(required=False)  # of a new one
    plain = forms.BooleanField(required=False)  # a page answers, not JSON


@dataclass(frozen=True, slots=True)
class Choice:
    keyword: str
    name: str
    every: bool  # all of the messages bear it
    some: bool  # and not all


@require_http_methods(["GET", "HEAD", "POST"])
def message_labels(request: Request) -> HttpResponse:
    form = LabelForm(request.POST)
    if request.method != "POST":
        return _page(request, request.GET.getlist("message"))
    if not form.is_valid():
        raise Http404
    told = form.cleaned_data
    changes = _changes(request, told["name"])
    if changes is None:
        return _nameless(request, plain=told["plain"])
    try:
        chosen = selection(request, told["listing"], everything=told["everything"])
        done = allowed(acts.do, request.user, told["key"], Verb.LABEL, chosen, labels=changes) if changes else None
    except Problem as problem:
        return refusal(problem)
    return _back(request) if told["plain"] else answer(done) if done else JsonResponse({})


def choices(viewer: User, borne: dict[str, bool]) -> list[Choice]:
    """`borne`: labels that some of the messages bear; whether all do."""
    return [
        Choice(keyword, name, borne.get(keyword, False), borne.get(keyword) is False)
        for keyword, name in offered([*known_labels(viewer), *borne])
    ]


def _changes(request: Request, name: str) -> dict[str, bool] | None:
    """Keyword → whether it is put on. None where what was typed names no label."""
    on, was = set(request.POST.getlist("on")), set(request.POST.getlist("was"))
    changes = dict.fromkeys(on - was, True) | dict.fromkeys(was - on, False)
    if not name.strip():
        return changes
    fresh = meant(name, known_labels(request.user))
    return changes | {fresh: True} if fresh else None


def _page(request: Request, messages: list[str], wrong: str = "") -> HttpResponse:
    dialog = request.GET.get("in") == "dialog"
    told = [key for text in messages[:MOST] if (key := as_uuid(text))]
    borne = labels_on(request.user, told)
    context: dict[str, Any] = {
        "choices": choices(request.user, borne),
        "key": uuid4(),
        "wrong": wrong,
        "longest": LONGEST,
    }
    context["messages"] = [] if dialog else found(lines(request.user, told) or None)
    return render(request, "mail/labels.html#dialog" if dialog else "mail/labels.html", context)


def _nameless(request: Request, *, plain: bool) -> HttpResponse:
    wrong = _("This is no name for a label, or it is too long.")
    return (
        _page(request, request.POST.getlist("message"), wrong) if plain else JsonResponse({"said": wrong}, status=409)
    )


def _back(request: Request) -> HttpResponse:
    say(request, Said.SAVED)
    return redirect("message", found(as_uuid(request.POST.get("message", ""))))
