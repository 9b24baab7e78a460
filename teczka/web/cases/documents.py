"""Documents of a case: a list with what sends them up, and each by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teczka.actions.documents import add_document, remove_document, rename_document, restore_document
from teczka.core.errors import Problem
from teczka.core.mail import dated
from teczka.core.names import LONGEST, dated_name, safe_name
from teczka.store.models import User
from teczka.store.queries.documents import PAGE, DocumentLine, document, documents
from teczka.store.queries.messages import message_part, message_text
from teczka.store.queries.raw import part_pieces, upload_pieces
from teczka.web.cases.page import case_page
from teczka.web.mail.messages import as_uuid, download, given_out, icon_of
from teczka.web.mail.parts import saved_type
from teczka.web.problems import Told, tell
from teczka.web.receiving import CHUNK, received
from teczka.web.requests import Request, allowed, found
from teczka.web.said import Said, say


class NameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name of the document"), max_length=LONGEST)


@dataclass(frozen=True, slots=True)
class ShownDocument:
    line: DocumentLine
    name: str  # safe
    icon: str


@require_http_methods(["GET", "HEAD", "POST"])
def case_documents(request: Request, case_id: UUID) -> HttpResponse:
    """What a form without script sends up comes here, too."""
    context = case_page(request, case_id, "documents")
    wrong: Told | None = None
    if request.method == "POST":
        wrong = _take(request, case_id)
        if wrong is None:
            return redirect("case_documents", case_id)
    before = as_uuid(request.GET.get("before", ""))
    lines = documents(request.user, case_id, before, PAGE + 1)
    shown = [shown_document(line) for line in lines[:PAGE]]
    more = shown[-1].line.public_id if len(lines) > PAGE else None
    told = {"documents": shown, "more": more, "further": before, "wrong": wrong}
    return render(request, "cases/documents.html", context | told, status=400 if wrong else 200)


@require_POST
def case_document_add(request: Request, case_id: UUID) -> HttpResponse:
    """One file as the request's body, as it comes: nothing of it is held."""
    name = safe_name(request.GET.get("name", ""), _("document"))
    kind = saved_type(request.GET.get("type", "").lower())
    try:
        allowed(add_document, request.user, case_id, name, kind, received(request, name))
    except Problem as problem:
        told = tell(problem.trouble, problem.params)
        return HttpResponse(f"{told.what} {told.advice}", status=400, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


@require_safe
def case_document(request: Request, case_id: UUID, document_id: UUID) -> HttpResponseBase:
    """Saved, and never opened as a page of ours."""
    line = found(_there(request.user, case_id, document_id))
    pieces = found(_pieces(request.user, line))
    length = line.size if line.pack else None
    return download(pieces, safe_name(line.name, _("document")), saved_type(line.content_type), length)


@require_http_methods(["GET", "HEAD", "POST"])
def case_document_rename(request: Request, case_id: UUID, document_id: UUID) -> HttpResponse:
    context = case_page(request, case_id, "documents")
    line = found(_there(request.user, case_id, document_id))
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": line.name})
    if form.is_valid():
        name = safe_name(form.cleaned_data["name"], line.name)
        allowed(rename_document, request.user, case_id, document_id, name)
        say(request, Said.SAVED)
        return redirect("case_documents", case_id)
    more = {"form": form, "document": shown_document(line), "dated": _dated(request.user, line)}
    return render(request, "cases/document_rename.html", context | more)


@require_POST
def case_document_remove(request: Request, case_id: UUID, document_id: UUID) -> HttpResponse:
    allowed(remove_document, request.user, case_id, document_id)
    say(request, Said.DOCUMENT_REMOVED, reverse("case_document_restore", args=[case_id, document_id]))
    return redirect("case_documents", case_id)


@require_POST
def case_document_restore(request: Request, case_id: UUID, document_id: UUID) -> HttpResponse:
    allowed(restore_document, request.user, case_id, document_id)
    return redirect("case_documents", case_id)


def _dated(viewer: User, line: DocumentLine) -> str:
    """The name that is offered: by the day and the sender of its message, or by when and by whom it was sent up; without a day its own."""
    text = message_text(viewer, line.message) if line.message else None
    moment, who = (text.internaldate, text.from_name or text.from_address) if text else (line.created_at, line.by)
    when = dated(moment)
    return safe_name(dated_name(timezone.localdate(when), who, line.name), line.name) if when else line.name


def shown_document(line: DocumentLine) -> ShownDocument:
    return ShownDocument(line, safe_name(line.name, _("document")), icon_of(line.content_type))


def _take(request: Request, case_id: UUID) -> Told | None:
    """The form's files. What could not be kept, if anything; those before it are."""
    for file in request.FILES.getlist("file"):
        name = safe_name(file.name or "", _("document"))
        kind = saved_type((file.content_type or "").lower())
        try:
            allowed(add_document, request.user, case_id, name, kind, file.chunks(CHUNK))
        except Problem as problem:
            return tell(problem.trouble, problem.params)
    return None


def _there(viewer: User, case: UUID, document_id: UUID) -> DocumentLine | None:
    line = document(viewer, document_id, case)
    return line if line and not line.removed else None


def _pieces(viewer: User, line: DocumentLine) -> Iterator[bytes] | None:
    if line.pack:
        return upload_pieces(line.pack, line.entry)
    text = message_text(viewer, line.message) if line.message else None
    part = message_part(viewer, text.public_id, line.path) if text else None
    return part_pieces(given_out(viewer, text), part) if text and part else None
