"""Mail out of files: a page to drop them on, and what came of those before. Without script a form sends them all up at once."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from teczka.actions.imports import add_file, begin_import, cancel_import, pause_import, resume_import
from teczka.core.errors import Problem, Trouble
from teczka.core.names import safe_name
from teczka.core.problems_import import NOTHING_CAME
from teczka.store.models import User
from teczka.store.queries.imports import FileLine, ImportLine, files, imports
from teczka.web.problems import Told, tell
from teczka.web.receiving import CHUNK, received
from teczka.web.requests import Request, allowed, found

VERBS = {"pause": pause_import, "resume": resume_import, "cancel": cancel_import}


class FolderForm(forms.Form):
    folder = forms.CharField(
        label=gettext_lazy("Folder of the archive"),
        help_text=gettext_lazy(
            "Folders inside a ZIP or a Maildir come to lie below it. “/” makes a folder in a folder."
        ),
        max_length=500,
        widget=forms.TextInput({"autocomplete": "off"}),
    )


@dataclass(frozen=True, slots=True)
class ShownFile:
    line: FileLine
    troubles: list[tuple[str, Told]]
    more: int  # of which nothing is told


@dataclass(frozen=True, slots=True)
class Shown:
    line: ImportLine
    files: list[ShownFile]


@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: Request) -> HttpResponse:
    form = FolderForm(request.POST or None, initial={"folder": _offered()})
    wrong: Told | None = None
    if request.method == "POST" and form.is_valid():
        wrong = _take(request, form.cleaned_data["folder"])
        if wrong is None:
            return redirect("imports")
    context = {"title": _("Import mail"), "form": form, "wrong": wrong, "imports": _shown(request.user)}
    return render(request, "imports/page.html", context, status=400 if wrong else 200)


@require_POST
def import_begin(request: Request) -> HttpResponse:
    """Where the files of one going are to be sent, each by itself."""
    form = FolderForm(request.POST)
    if not form.is_valid():
        return _untold(tell(Trouble.IMPORT_FOLDER, {"folder": request.POST.get("folder", "")[:100]}))
    try:
        row = begin_import(request.user, form.cleaned_data["folder"])
    except Problem as problem:
        return _untold(tell(problem.trouble, problem.params))
    return JsonResponse({"files": reverse("import_file", args=[row.public_id])})


@require_POST
def import_file(request: Request, import_id: UUID) -> HttpResponse:
    """One file as the request's body, as it comes: nothing of it is held."""
    name = safe_name(request.GET.get("name", ""), _("file"))
    try:
        allowed(add_file, request.user, import_id, name, received(request, name))
    except Problem as problem:
        return _refused(tell(problem.trouble, problem.params))
    return HttpResponse(status=204)


@require_POST
def import_act(request: Request, import_id: UUID, verb: str) -> HttpResponse:
    allowed(found(VERBS.get(verb)), request.user, import_id)
    return redirect("imports")


def _take(request: Request, folder: str) -> Told | None:
    """The form's files. What could not be kept, if anything; those before it are."""
    sent = request.FILES.getlist("file")
    if not sent:
        return tell(Trouble.IMPORT_LOST, {})
    try:
        row = begin_import(request.user, folder)
        for file in sent:
            add_file(request.user, row.public_id, safe_name(file.name or "", _("file")), file.chunks(CHUNK))
    except Problem as problem:
        return tell(problem.trouble, problem.params)
    return None


def _shown(viewer: User) -> list[Shown]:
    lines = imports(viewer)
    of: dict[int, list[ShownFile]] = {}
    for file in files(viewer, [line.id for line in lines]):
        told = [(where, _told(file, Trouble(trouble), params)) for where, trouble, params in file.troubles]
        of.setdefault(file.of, []).append(ShownFile(file, told, max(file.unreadable - len(told), 0)))
    return [Shown(line, of.get(line.id, [])) for line in lines]


def _told(file: FileLine, trouble: Trouble, params: dict[str, Any]) -> Told:
    told = tell(trouble, params)
    nothing = file.ended and not file.stored and not file.duplicates
    return replace(told, advice=_(NOTHING_CAME[trouble])) if nothing and trouble in NOTHING_CAME else told


def _offered() -> str:
    return _("Imported %(day)s") % {"day": timezone.localdate().isoformat()}


def _untold(told: Told) -> JsonResponse:
    return JsonResponse({"said": f"{told.what} {told.advice}"}, status=400)


def _refused(told: Told) -> HttpResponse:
    return HttpResponse(f"{told.what} {told.advice}", status=400, content_type="text/plain; charset=utf-8")
