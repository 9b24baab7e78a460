"""How the office writes its own file numbers: patterns by which they are found in mail, and new cases numbered."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from teczka.actions.numbering import add_pattern, drop_pattern
from teczka.core.errors import AlreadyThere
from teczka.core.numbering import LONGEST, BadPattern, Fault, example
from teczka.web.office.access import for_administrators
from teczka.web.requests import Request
from teczka.web.said import Said, said, say

FAULTS = {
    Fault.LONG: _("That is too long: 60 signs at most."),
    Fault.FIELD: _("Between braces stands one of {number}, {year} and {letters}, and nothing else."),
    Fault.NO_NUMBER: _("Say with {number} where the number stands."),
    Fault.TWICE: _("Each of {number}, {year} and {letters} stands once at most."),
    Fault.TOUCHING: _(
        "Something has to stand between two of them: nobody could tell where {number}{year} is to be parted."
    ),
    Fault.BARE: _(
        "Without a letter of its own it would be found in every date: write KAN/{number}/{year}, for instance."
    ),
    Fault.MANY: _("The office has as many as it can have. Remove one first."),
}


class PatternForm(forms.Form):
    pattern = forms.CharField(
        label=_("New pattern"),
        help_text=_(
            "Signs as you write them, with {number}, {year} and {letters} where these change: KAN/{number}/{year} finds KAN/7/2026 as well"
            " as kan/007/26."
        ),
        max_length=4 * LONGEST,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "placeholder": "KAN/{number}/{year}"}),
    )

    def save(self, request: Request) -> bool:
        """Whether it could be used; otherwise the form says why not."""
        try:
            add_pattern(request.user, self.cleaned_data["pattern"])
        except BadPattern as bad:
            self.add_error("pattern", str(FAULTS[bad.fault]))
        except AlreadyThere:
            self.add_error("pattern", gettext("The office has this pattern already."))
        return not self.errors


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def office_numbers(request: Request) -> HttpResponse:
    form = PatternForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.save(request):
        say(request, Said.NUMBERS)
        return redirect("office_numbers")
    year = timezone.localdate().year
    patterns = [(written, example(written, year)) for written in request.user.office.number_patterns]
    context: dict[str, Any] = {"form": form, "patterns": patterns, "said": said(request)}
    return render(request, "office/numbers.html", context)


@for_administrators
@require_POST
def office_number_drop(request: Request) -> HttpResponse:
    drop_pattern(request.user, request.POST.get("pattern", ""))
    say(request, Said.NUMBERS)
    return redirect("office_numbers")
