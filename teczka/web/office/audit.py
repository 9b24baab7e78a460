"""The register of the office, as its administrators may read it: nothing of mail, of what lies in cases, or of cases behind a wall."""

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from teczka.actions.audit import note
from teczka.core.audit import Verb
from teczka.core.audit_file import write
from teczka.store.queries.audit import PAGE, lines, office_chain
from teczka.web.audit import KINDS, as_csv, as_file, read_before, shown_lines
from teczka.web.office.access import for_administrators
from teczka.web.office.accounts import colleagues
from teczka.web.requests import Request


class AuditForm(forms.Form):
    kind = forms.ChoiceField(label=_("What"), required=False, choices=[("", _("Everything")), *KINDS.items()])
    person = forms.TypedChoiceField(label=_("Who"), required=False, empty_value=None)


@for_administrators
@require_safe
def office_audit(request: Request) -> HttpResponse:
    form = AuditForm(request.GET)
    people = [(str(one.public_id), one.name) for one in colleagues(request)]
    form.fields["person"].choices = [("", _("Everybody")), *people]  # type: ignore[attr-defined]
    told = form.cleaned_data if form.is_valid() else {}
    before = request.GET.get("before", "")
    found = lines(
        request.user,
        verbs=told.get("kind", ""),
        person=told.get("person"),
        before=read_before(before),
        most=PAGE + 1,
    )
    page, more = shown_lines(found)
    kept = urlencode({name: value for name, value in told.items() if value})
    context = {"form": form, "lines": page, "more": more, "further": before, "kept": kept}
    return render(request, "office/audit.html", context)


@for_administrators
@require_safe
def office_audit_file(request: Request, kind: str) -> HttpResponseBase:
    """The whole chain. Only JSON lines can be verified again (`teczka verify --export`)."""
    note(request.user, Verb.AUDIT_EXPORT, [])
    chain = office_chain(request.user)
    name = f"teczka-{timezone.localdate().isoformat()}"
    if kind == "csv":
        return as_file(as_csv(chain), f"{name}.csv", "text/csv")
    return as_file(write(request.user.office.public_id, chain), f"{name}.jsonl", "application/jsonl")
