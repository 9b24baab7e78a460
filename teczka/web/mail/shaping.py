"""Folders made, renamed and removed: a small page each, which works without script. `z` on the list takes it back."""

from collections.abc import Callable
from uuid import UUID, uuid4

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from teczka.actions.folders import create_folder, remove_folder, rename_folder
from teczka.core.errors import Problem
from teczka.core.folders import levels
from teczka.store.queries.acts import ActLine
from teczka.store.queries.folders import FolderLine, folder
from teczka.store.queries.rule_lines import moving_into
from teczka.web.mail.done import why
from teczka.web.mail.tree import folder_name
from teczka.web.requests import Request, allowed, found

NAMED = 5  # rules that lead into a folder
LONGEST = 200  # signs of a name; servers take fewer or more, and say so


class KeyForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)  # sent twice, it is done once


class NameForm(KeyForm):
    name = forms.CharField(label=_("Name of the folder"), max_length=LONGEST)


class PlaceForm(NameForm):
    inside = forms.BooleanField(required=False)

    def __init__(self, line: FolderLine, data: QueryDict | None) -> None:
        super().__init__(data)
        self.fields["inside"].label = _("Inside “%(folder)s”") % {
            "folder": folder_name(line.path, line.delimiter, line.role)
        }


@require_http_methods(["GET", "HEAD", "POST"])
def folder_create(request: Request, folder_id: UUID) -> HttpResponse:
    """Inside this one, or where the account's folders begin."""
    line = _managed(request, folder_id)
    form = PlaceForm(line, request.POST or None)

    def create(key: UUID, name: str) -> ActLine:
        parent = line.public_id if form.cleaned_data["inside"] else None
        return create_folder(request.user, key, line.account, name, parent)

    if request.method == "POST" and _done(form, create):
        return redirect("folder", folder_id)
    return _page(request, line, form, _("New folder"), _("Create"))


@require_http_methods(["GET", "HEAD", "POST"])
def folder_rename(request: Request, folder_id: UUID) -> HttpResponse:
    line = _managed(request, folder_id)
    form = NameForm(request.POST or None, initial={"name": levels(line.path, line.delimiter)[-1]})
    if request.method == "POST" and _done(form, lambda key, name: rename_folder(request.user, key, folder_id, name)):
        return redirect("folder", folder_id)
    return _page(request, line, form, _("Rename the folder"), _("Rename"))


@require_http_methods(["GET", "HEAD", "POST"])
def folder_remove(request: Request, folder_id: UUID) -> HttpResponse:
    line = _managed(request, folder_id)
    form = KeyForm(request.POST or None)
    if request.method == "POST" and _done(form, lambda key, _name: remove_folder(request.user, key, folder_id)):
        return redirect("home")
    return _page(request, line, form, _("Remove the folder"), _("Remove the folder"), removing=True)


def _managed(request: Request, folder_id: UUID) -> FolderLine:
    line = found(folder(request.user, folder_id))
    if not line.managed:
        raise Http404
    return line


def _done(form: KeyForm, act: Callable[[UUID, str], ActLine]) -> bool:
    """False where the form is to be shown again, with what is wrong."""
    if not form.is_valid():
        return False
    try:
        allowed(act, form.cleaned_data["key"], form.cleaned_data.get("name", ""))
    except Problem as problem:
        form.add_error("name" if "name" in form.fields else None, why(problem))
    return form.is_valid()


def _page(
    request: Request, line: FolderLine, form: KeyForm, title: Promise, button: Promise, *, removing: bool = False
) -> HttpResponse:
    name = levels(line.path, line.delimiter)[-1]
    context = {"line": line, "name": name, "form": form, "heading": title, "button": button, "removing": removing}
    if removing:
        rules = moving_into(request.user, line.public_id)
        context |= {"rules": rules, "named": ", ".join(rules[:NAMED]), "more": len(rules[NAMED:])}
    return render(request, "mail/shaping.html", context)
