"""Notes of a case: written on its timeline or on their own page, changed and taken out by who wrote them."""

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teczka.actions.notes import add_note, drop_note, edit_note, restore_note
from teczka.store.queries.notes import BLOCK, notes, own_note
from teczka.web.cases.page import case_page
from teczka.web.mail.messages import as_uuid
from teczka.web.requests import Request, allowed, found
from teczka.web.said import Said, say


class NoteForm(forms.Form):
    text = forms.CharField(label=_("Note"), max_length=20_000, widget=forms.Textarea({"rows": 6}))


@require_safe
def case_notes(request: Request, case_id: UUID) -> HttpResponse:
    context = case_page(request, case_id, "notes")
    before = as_uuid(request.GET.get("before", ""))
    lines = notes(request.user, context["case"].id, before, BLOCK + 1)
    more = lines[BLOCK - 1].public_id if len(lines) > BLOCK else None
    return render(request, "cases/notes.html", context | {"notes": lines[:BLOCK], "more": more, "further": before})


@require_POST
def case_note_add(request: Request, case_id: UUID) -> HttpResponse:
    """Nothing is no note: the page is as it was."""
    form = NoteForm(request.POST)
    if form.is_valid():
        allowed(add_note, request.user, case_id, form.cleaned_data["text"])
    else:
        case_page(request, case_id, "notes")
    return redirect("case_notes" if request.POST.get("from") == "notes" else "case", case_id)


@require_http_methods(["GET", "HEAD", "POST"])
def case_note(request: Request, case_id: UUID, note_id: UUID) -> HttpResponse:
    context = case_page(request, case_id, "notes")
    note = found(own_note(request.user, context["case"].id, note_id))
    form = NoteForm(request.POST if request.method == "POST" else None, initial={"text": note.text})
    if form.is_valid():
        allowed(edit_note, request.user, case_id, note_id, form.cleaned_data["text"])
        say(request, Said.SAVED)
        return redirect("case_notes", case_id)
    return render(request, "cases/note.html", context | {"form": form, "note": note})


@require_POST
def case_note_drop(request: Request, case_id: UUID, note_id: UUID) -> HttpResponse:
    allowed(drop_note, request.user, case_id, note_id)
    say(request, Said.NOTE_DROPPED, reverse("case_note_restore", args=[case_id, note_id]))
    return redirect("case_notes", case_id)


@require_POST
def case_note_restore(request: Request, case_id: UUID, note_id: UUID) -> HttpResponse:
    allowed(restore_note, request.user, case_id, note_id)
    return redirect("case_notes", case_id)
