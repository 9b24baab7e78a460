"""Saved at every pause; put among the account's drafts after a rest and at the end; two versions kept where two windows wrote."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from teczka.actions.drafts import Changed, copy_draft, save_draft
from teczka.actions.keeping import keep_draft
from teczka.core.drafts import Written
from teczka.core.errors import Problem
from teczka.store.queries.drafts import draft, enclosures
from teczka.web.compose.files import told
from teczka.web.compose.form import DraftForm
from teczka.web.compose.pictures import kept
from teczka.web.requests import Request, allowed, found


@require_POST
def compose_save(request: Request, draft_id: UUID) -> HttpResponse:
    try:
        revision = save(request, draft_id)
    except Changed:
        return HttpResponse(status=409)
    except Problem as problem:
        return JsonResponse({"wrong": told(problem)}, status=400)
    return JsonResponse({"revision": revision, "saved": f"{timezone.localtime():%H:%M}"})


@require_POST
def compose_keep(request: Request, draft_id: UUID) -> HttpResponse:
    """With the form's fields they are saved first: a page that closes says everything at once."""
    found(draft(request.user, draft_id))
    if "revision" in request.POST:
        try:
            save(request, draft_id)
        except (Changed, Problem):  # the browser has its own copy, and shows both when the draft is opened again
            return HttpResponse(status=409)
    keep_draft(request.user, draft_id)
    return HttpResponse(status=204)


@require_POST
def compose_copy(request: Request, draft_id: UUID) -> HttpResponse:
    form = DraftForm(request.POST)
    found(draft(request.user, draft_id))
    if not form.is_valid():
        return HttpResponse(status=400)
    try:
        fresh = allowed(copy_draft, request.user, draft_id, written(request, draft_id, form))
    except Problem as problem:
        return JsonResponse({"wrong": told(problem)}, status=400)
    return JsonResponse({"url": reverse("compose", args=[fresh.public_id])})


@require_safe
def compose_signed_in(request: Request) -> HttpResponseBase:
    return render(request, "compose/signed_in.html")


def save(request: Request, draft_id: UUID) -> int:
    """What the form says; the new revision. Raises Changed, Problem."""
    form = DraftForm(request.POST)
    found(draft(request.user, draft_id))
    if not form.is_valid():
        raise Changed  # nothing that our page sends
    return allowed(save_draft, request.user, draft_id, form.cleaned_data["revision"], written(request, draft_id, form))


def written(request: Request, draft_id: UUID, form: DraftForm) -> Written:
    return form.written(lambda html: kept(html, draft_id, enclosures(request.user, draft_id)))
