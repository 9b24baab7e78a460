"""An archive's settings, which has no servers: what it is called, and its colour. And an account's mail, taken away by its owner."""

from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from teczka.actions.archives import change_archive
from teczka.actions.mail_export import Form, Leaving, export_zip
from teczka.core.names import safe_name
from teczka.store.queries.accounts import AccountLine, accounts
from teczka.web.accounts.colours import COLOURS
from teczka.web.mail.messages import download
from teczka.web.requests import Request, allowed, found
from teczka.web.said import Said, say

FORMS = [
    (Form.MBOX.value, _("mbox: a file for each folder, as Thunderbird, Apple Mail and Gmail have it")),
    (Form.MAILDIR.value, _("Maildir: a file for each message, as mail servers have it")),
]


class ArchiveForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    colour = forms.TypedChoiceField(label=_("Colour"), choices=list(enumerate(COLOURS)), coerce=int)


class ExportForm(forms.Form):
    form = forms.ChoiceField(label=_("Format"), choices=FORMS, initial=Form.MBOX.value, widget=forms.RadioSelect)


def is_archive(request: Request, account_id: UUID) -> bool:
    line = _line(request, account_id)
    return line is not None and line.is_archive


def archive_edit(request: Request, account_id: UUID) -> HttpResponse:
    line = found(_line(request, account_id))
    form = ArchiveForm(request.POST or None, initial={"name": line.provider_name, "colour": line.colour})
    if request.method == "POST" and form.is_valid():
        allowed(change_archive, request.user, account_id, form.cleaned_data["name"], form.cleaned_data["colour"])
        say(request, Said.SAVED)
        return redirect("account_list")
    return render(request, "accounts/archive.html", {"title": gettext("Edit archive"), "account": line, "form": form})


@require_safe
def account_export(request: Request, account_id: UUID) -> HttpResponse:
    line = found(_line(request, account_id, kept=True))
    return render(
        request, "accounts/export.html", {"title": gettext("Export mail"), "account": line, "form": ExportForm()}
    )


@require_POST
def account_export_file(request: Request, account_id: UUID) -> HttpResponseBase:
    line = found(_line(request, account_id, kept=True))
    form = ExportForm(request.POST)
    chosen = Form(form.cleaned_data["form"]) if form.is_valid() else Form.MBOX
    pieces = export_zip(allowed(Leaving, request.user, account_id, chosen))
    name = safe_name(f"{line.provider_name} {timezone.localdate().isoformat()}", "teczka")
    return download(pieces, f"{name}.zip", "application/zip")


def _line(request: Request, account_id: UUID, *, kept: bool = False) -> AccountLine | None:
    """One of the viewer's own; `kept`: also one that was deleted, and whose mail stayed."""
    line = next((line for line in accounts(request.user) if line.public_id == account_id), None)
    return line if line and (not line.deleted_at or (kept and line.archived)) else None
