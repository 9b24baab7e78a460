"""Whether, and from which account, somebody is reminded of their tasks by mail."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from teczka.actions.reminding import able_senders, save_reminders
from teczka.store.queries.identities import Sender
from teczka.web.requests import Request, allowed
from teczka.web.said import Said, said, say


class ReminderForm(forms.Form):
    by_mail = forms.BooleanField(
        label=gettext_lazy("A letter in the morning about the tasks that are due or to be remembered"),
        help_text=gettext_lazy("After seven o'clock, on days on which there is something to tell."),
        required=False,
    )
    account = forms.TypedChoiceField(
        label=gettext_lazy("It is sent from"),
        help_text=gettext_lazy("Where that account cannot send, the first that can is taken."),
        required=False,
        coerce=UUID,
        empty_value=None,
    )

    def __init__(self, data: Any, able: list[Sender], **initial: Any) -> None:
        super().__init__(data, initial=initial)
        first = [("", _("the first account that can send"))]
        self.fields["account"].choices = first + [(one.account, one.shown) for one in able]  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: Request) -> HttpResponse:
    able = able_senders(request.user)
    chosen = next((one.account for one in able if one.account_id == request.user.remind_from_id), "")
    form = ReminderForm(request.POST or None, able, by_mail=request.user.remind_by_mail, account=chosen)
    if request.method == "POST" and form.is_valid():
        allowed(save_reminders, request.user, form.cleaned_data["by_mail"], form.cleaned_data["account"])
        say(request, Said.SAVED)
        return redirect("reminders")
    return render(request, "tasks/reminders.html", {"form": form, "able": able, "said": said(request)})
