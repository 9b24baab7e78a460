"""Who sees a message: the popover of the pane, which is a page of its own without script; sharing, and showing no longer."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from teczka.actions.acts import Done
from teczka.actions.sharing import With, revoke, share
from teczka.core.sharing import Scope
from teczka.store.models import User
from teczka.store.queries.acts import ActLine
from teczka.store.queries.messages import MessageText, message_text
from teczka.store.queries.people import colleagues
from teczka.store.queries.sharing import audience, conversation, quotation, shares, teams
from teczka.web.mail.done import in_words
from teczka.web.mail.messages import as_uuid
from teczka.web.requests import Request, allowed, found
from teczka.web.said import Said, said, say


class ShareForm(forms.Form):
    key = forms.UUIDField()  # of the page's making: told again, it is done once
    scope = forms.ChoiceField(choices=[(scope.value, scope.value) for scope in Scope])
    take = forms.BooleanField(required=False)  # from those who are named, instead of giving
    plain = forms.BooleanField(required=False)  # a page answers, not JSON


@require_http_methods(["GET", "HEAD", "POST"])
def message_share(request: Request, message_id: UUID) -> HttpResponse:
    text = found(message_text(request.user, message_id))
    if request.method != "POST":
        return _page(request, text)
    form = ShareForm(request.POST)
    if not form.is_valid() or not text.owned:
        raise Http404
    told = form.cleaned_data
    if not any(_named(request, name) for name in ("person", "case", "share")):
        return _nobody(request, text, plain=told["plain"])
    line = _take(request, message_id, told) if told["take"] else _give(request, message_id, told)
    if told["plain"]:
        here = reverse("message_share", args=[message_id])
        back = f"{reverse('act_undo', args=[line.public_id])}?next={here}" if line.count else ""
        say(request, Said.SHOWN_NO_LONGER if told["take"] else Said.SHOWN, back)
        return redirect(here)
    undoable = str(line.public_id) if line.count else ""
    return JsonResponse({"act": undoable, "count": line.count, "said": in_words(Done(line))})


def _give(request: Request, message_id: UUID, told: dict[str, Any]) -> ActLine:
    whom = With(_named(request, "person"), _named(request, "case"))
    return allowed(share, request.user, told["key"], message_id, Scope(told["scope"]), whom)


def _take(request: Request, message_id: UUID, told: dict[str, Any]) -> ActLine:
    return allowed(revoke, request.user, told["key"], message_id, Scope(told["scope"]), _named(request, "share"))


def _named(request: Request, field: str) -> list[UUID]:
    return [key for text in request.POST.getlist(field) if (key := as_uuid(text))]


def _nobody(request: Request, text: MessageText, *, plain: bool) -> HttpResponse:
    wrong = _("Choose with whom.")
    return _page(request, text, wrong) if plain else JsonResponse({"said": wrong}, status=409)


def _page(request: Request, text: MessageText, wrong: str = "") -> HttpResponse:
    template = "mail/share.html#dialog" if request.GET.get("in") == "dialog" else "mail/share.html"
    return render(request, template, facts(request.user, text) | {"said": said(request), "wrong": wrong})


def facts(viewer: User, text: MessageText) -> dict[str, Any]:
    told: dict[str, Any] = {
        "text": text,
        "audience": audience(viewer, text.public_id),
        "shares": shares(viewer, text.public_id),
    }
    if not text.owned:
        return told
    with_whom = {one.person_id for one in told["shares"]}
    return told | {
        "key": uuid4(),
        "beside": conversation(viewer, text.public_id),
        "quoted": quotation(viewer, text.public_id),
        "people": [person for person in colleagues(viewer) if person.public_id not in with_whom],
        "teams": teams(viewer, text.public_id),
    }
