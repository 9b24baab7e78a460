"""After a letter has gone, or was thrown away: where it stands, and the way back."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teczka.actions.drafts import Changed, restore_draft
from teczka.actions.outbox import cancel
from teczka.actions.uploads import attach_document, attach_part, zip_files
from teczka.core.errors import Problem
from teczka.core.outgoing import GRACE, UNDO_SECONDS, State
from teczka.store.queries.attachments import MOST, files
from teczka.store.queries.cases import case_inside
from teczka.store.queries.documents import documents
from teczka.store.queries.drafts import DraftText, draft, enclosures
from teczka.web.compose.document import in_its_own_document
from teczka.web.compose.files import shown_files, told
from teczka.web.compose.saving import save
from teczka.web.mail.messages import as_uuid, icon_of
from teczka.web.requests import Request, allowed, found


@in_its_own_document
@require_safe
def compose_done(request: Request, draft_id: UUID) -> HttpResponse:
    return render(request, "compose/done.html", _standing(found(draft(request.user, draft_id))))


@in_its_own_document
@require_POST
def compose_undo(request: Request, draft_id: UUID) -> HttpResponse:
    text = found(draft(request.user, draft_id))
    try:
        allowed(restore_draft if text.state == State.DRAFT else cancel, request.user, draft_id)
    except Problem as problem:
        text = found(draft(request.user, draft_id))
        return render(request, "compose/done.html", _standing(text) | {"wrong": told(problem)})
    return redirect("compose", draft_id)


@require_POST
def compose_zip(request: Request, draft_id: UUID) -> HttpResponse:
    """{"password", "files"}, told this once; or {"wrong"}."""
    try:
        save(request, draft_id)
        password = allowed(zip_files, request.user, draft_id, _("Attachments"))
    except Changed:
        return HttpResponse(status=409)
    except Problem as problem:
        return JsonResponse({"wrong": told(problem)})
    return JsonResponse({"password": password, "files": _files(request, draft_id)})


@in_its_own_document
@require_http_methods(["GET", "HEAD", "POST"])
def compose_pick(request: Request, draft_id: UUID) -> HttpResponse:
    """Files of the viewer's messages, and documents of the letter's case or of the one that is named. What came of a choice is told as the
    files of the letter, or with 400 in words."""
    text = found(draft(request.user, draft_id))
    if request.method == "POST":
        alone = "alone" in request.POST
        try:
            _attach_picked(request, draft_id)
        except Problem as problem:
            wrong = HttpResponse(told(problem), status=400, content_type="text/plain; charset=utf-8")
            return render(request, "compose/pick.html", _picks(request, text, told(problem))) if alone else wrong
        return redirect("compose", draft_id) if alone else HttpResponse(_files(request, draft_id))
    return render(request, "compose/pick.html", _picks(request, text))


def _attach_picked(request: Request, draft_id: UUID) -> None:
    """`part`: a message and the path in it, or "case" with the case and its document; colons between."""
    kind, _colon, rest = request.POST.get("part", "").partition(":")
    if kind != "case":
        return allowed(attach_part, request.user, draft_id, found(as_uuid(kind)), rest)
    case, _colon, document = rest.partition(":")
    return allowed(attach_document, request.user, draft_id, found(as_uuid(case)), found(as_uuid(document)))


def _picks(request: Request, text: DraftText, wrong: str = "") -> dict[str, object]:
    query = request.GET.get("q", "")[:200]
    named = as_uuid(request.GET["case"]) if "case" in request.GET else text.case
    case = case_inside(request.user, named) if named else None
    its = documents(request.user, case.public_id, most=MOST, called=query) if case else []
    lines = [(line, icon_of(line.content_type)) for line in files(request.user, query)]
    papers = [(line, icon_of(line.content_type)) for line in its]
    return {"draft": text, "lines": lines, "papers": papers, "case": case, "query": query, "wrong": wrong}


def _standing(text: DraftText) -> dict[str, object]:
    """`until`: the seconds that are told are fewer than those that the server waits. `later`: it waits for a time that was chosen."""
    until = text.send_at - GRACE if text.send_at and text.state == State.HELD else timezone.now()
    left = until - timezone.now()
    later = left > timedelta(seconds=max(UNDO_SECONDS))
    return {"draft": text, "until": until if left > timedelta() and not later else None, "later": later}


def _files(request: Request, draft_id: UUID) -> str:
    shown = shown_files(draft_id, enclosures(request.user, draft_id))
    return render_to_string("compose/files.html", {"draft_files": shown}, request)
