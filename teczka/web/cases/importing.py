"""Cases from a table and into one: what a table would do is shown before anything is done."""

from typing import Any

from django import forms
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teczka.actions.case_import import OtherMeanwhile, Preview, import_cases, preview_import
from teczka.core.case_csv import MOST_BYTES, BadFile, Unreadable, decoded, table
from teczka.core.case_merge import Step, What
from teczka.core.case_rows import example, headings, rows
from teczka.core.errors import AlreadyThere
from teczka.store.queries.case_cards import case_cards
from teczka.web.cases.import_words import about, heading, language, mistake, unreadable
from teczka.web.requests import Request
from teczka.web.said import Said, say

SHOWN = 100  # mistakes, and cases that are new or change
SALT = "table of cases"
DAY = 24 * 3600  # seconds that a preview may be agreed to


class TableForm(forms.Form):
    file = forms.FileField(
        label=_("A file in CSV"), required=False, widget=forms.ClearableFileInput({"accept": ".csv,.txt,.tsv,text/csv"})
    )
    text = forms.CharField(
        label=_("Or the table itself"),
        help_text=_("Copied from a spreadsheet, with its first line."),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false", "class": "table-text"}),
    )

    def clean(self) -> None:
        told = self.cleaned_data
        if not told.get("file") and not told.get("text") and "file" not in self.errors:
            self.add_error("file", gettext("Choose a file, or paste a table."))

    def told(self) -> str:
        """Raises BadFile."""
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if not file:
            return str(self.cleaned_data["text"])
        if (file.size or 0) > MOST_BYTES:
            raise BadFile(Unreadable.LONG)
        return decoded(file.read())


@require_http_methods(["GET", "HEAD", "POST"])
def case_import(request: Request) -> HttpResponse:
    form = TableForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            text = form.told()
            return _shown(request, text, preview_import(request.user, text))
        except BadFile as bad:
            form.add_error("file" if form.cleaned_data["file"] else "text", unreadable(bad.why))
    return render(request, "cases/import.html", {"form": form, "about": about()})


@require_POST
def case_import_confirm(request: Request) -> HttpResponse:
    agreed = {}
    try:
        agreed = signing.loads(request.POST.get("agreed", ""), salt=SALT, max_age=DAY)
        import_cases(request.user, agreed["text"], agreed["seen"])
    except (signing.BadSignature, AlreadyThere):
        return redirect("case_import")
    except OtherMeanwhile as other:
        return _shown(request, agreed["text"], other.now, meanwhile=True)
    say(request, Said.IMPORTED)
    return redirect("case_list")


@require_safe
def case_template(request: Request) -> HttpResponse:
    """A table to begin with: the headings, and a case as an example."""
    return _file(f"{_('cases')}.csv", table(headings(language()), example(language())))


@require_safe
def case_table(request: Request) -> HttpResponse:
    """Every case that the viewer may know of, in the form that is read again."""
    name = f"{_('cases')} {timezone.localdate()}.csv"
    return _file(name, table(headings(language()), rows(case_cards(request.user), language())))


def _shown(request: Request, text: str, preview: Preview, *, meanwhile: bool = False) -> HttpResponse:
    """What it would do. The table goes with the page, signed: what is agreed to is what was shown."""
    plan, wrong = preview.plan, [*preview.reading.wrong, *preview.plan.wrong]
    context: dict[str, Any] = {
        "meanwhile": meanwhile,
        "new": plan.count(What.NEW),
        "changed": plan.count(What.CHANGED),
        "same": plan.count(What.SAME),
        "mistakes": [mistake(one) for one in sorted(wrong, key=lambda one: one.line)[:SHOWN]],
        "more_mistakes": max(0, len(wrong) - SHOWN),
        "doubled": preview.reading.doubled[:SHOWN],
        "unknown": preview.sheet.unknown,
        "steps": [_step(step) for step in plan.steps if step.what is not What.SAME][:SHOWN],
        "more_steps": max(0, plan.count(What.NEW) + plan.count(What.CHANGED) - SHOWN),
        "agreed": signing.dumps({"text": text, "seen": preview.mark}, salt=SALT, compress=True),
    }
    return render(request, "cases/import_preview.html", context)


def _step(step: Step) -> dict[str, Any]:
    return {
        "new": step.what is What.NEW,
        "line": step.told.lines[0],
        "name": f"{step.card.number} {step.card.name}".strip(),
        "walled": step.told.walled,
        "parties": len(step.card.parties),
        "changes": ", ".join(heading(column) for column in step.changes),
    }


def _file(name: str, content: bytes) -> HttpResponse:
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
