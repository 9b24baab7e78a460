"""An account's life: asked for mail, paused and resumed, deleted and taken back."""

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from teczka.actions.asking import check_now
from teczka.actions.rest import delete_account, pause_account, resume_account, take_back
from teczka.core.accounts import UNDO_DAYS, Farewell
from teczka.core.errors import AlreadyThere, Problem
from teczka.store.queries.accounts import AccountLine, accounts
from teczka.store.queries.drafts import unsent
from teczka.web.accounts.accounts import list_page
from teczka.web.problems import Told, tell
from teczka.web.requests import Request, allowed, found
from teczka.web.said import Said, say

FAREWELLS = [
    (Farewell.ARCHIVE.value, _("Keep the downloaded mail here, in Archive")),
    (Farewell.REMOVE.value, _("Remove the downloaded mail from here")),
]


class FarewellForm(forms.Form):
    farewell = forms.ChoiceField(choices=FAREWELLS, initial=Farewell.ARCHIVE, widget=forms.RadioSelect)


@require_POST
def account_fetch(request: Request, account_id: UUID) -> HttpResponse:
    try:
        allowed(check_now, request.user, account_id)
    except Problem as problem:
        return list_page(request, tell(problem.trouble, problem.params, problem.detail))
    say(request, Said.FETCHING)
    return redirect("account_list")


@require_POST
def account_pause(request: Request, account_id: UUID) -> HttpResponse:
    allowed(pause_account, request.user, account_id)
    return redirect("account_list")


@require_POST
def account_resume(request: Request, account_id: UUID) -> HttpResponse:
    allowed(resume_account, request.user, account_id)
    return redirect("account_list")


@require_http_methods(["GET", "HEAD", "POST"])
def account_delete(request: Request, account_id: UUID) -> HttpResponse:
    account = found(_farewell_line(request, account_id))
    form = FarewellForm(request.POST or None)  # of an archive, which lies nowhere else, nothing could be kept
    if request.method == "POST" and form.is_valid():
        allowed(delete_account, request.user, account_id, Farewell(form.cleaned_data["farewell"]))
        return redirect("account_list")
    title = gettext("Delete archive") if account.is_archive else gettext("Delete account")
    context = {"title": title, "account": account, "form": form, "undo_days": UNDO_DAYS}
    context["unsent"] = unsent(request.user, account_id)
    return render(request, "accounts/delete.html", context)


@require_POST
def account_restore(request: Request, account_id: UUID) -> HttpResponse:
    """Its password was erased with it: the list then asks for it."""
    try:
        allowed(take_back, request.user, account_id)
    except AlreadyThere:
        return list_page(
            request,
            Told(gettext("You have added this account again meanwhile."), gettext("Delete that one first."), ""),
        )
    except Problem as problem:
        return list_page(request, tell(problem.trouble, problem.params, problem.detail))
    return redirect("account_list")


def _farewell_line(request: Request, account_id: UUID) -> AccountLine | None:
    """What can be deleted: an account, or an archive that one left."""
    line = next((line for line in accounts(request.user) if line.public_id == account_id), None)
    return line if line and (line.archived or not line.deleted_at) else None
