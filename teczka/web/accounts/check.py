"""An account looked over, step by step; and what came of it, for whoever is asked for help."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from teczka.actions.account_rows import described
from teczka.actions.accounts import account_of
from teczka.actions.check import check_account
from teczka.actions.diagnoses import send_diagnosis
from teczka.core.ladder import Rung, failure
from teczka.store.models import Account
from teczka.web.accounts.ladder import rung_line
from teczka.web.accounts.mending import mended_on
from teczka.web.accounts.trying import Trial, refusal, report, try_out
from teczka.web.requests import Request, allowed


class DiagnosisForm(forms.Form):
    address = forms.EmailField(max_length=254)
    report = forms.CharField(max_length=20_000)


@require_http_methods(["GET", "HEAD", "POST"])
def account_check(request: Request, account_id: UUID) -> HttpResponseBase:
    """What the last check said; asked by POST, a new one."""
    account = allowed(account_of, request.user, account_id)
    if request.method == "POST":
        return try_out(request, _trial(request, account))
    rungs = [Rung.from_json(told) for told in account.check_report]
    context = {"title": _("Check"), "lines": mark_safe("".join(map(rung_line, rungs)))}  # noqa: S308  our own templates'
    return render(request, "accounts/check.html", context | _said(account, rungs))


@require_POST
def diagnosis_send(request: Request) -> HttpResponse:
    form = DiagnosisForm(request.POST)
    if not form.is_valid():
        return redirect("account_list")
    send_diagnosis(request.user, form.cleaned_data["address"], form.cleaned_data["report"])
    return render(request, "accounts/sent.html", {"title": _("The diagnosis was sent")})


def _trial(request: Request, account: Account) -> Trial:
    def climb(told: Callable[[Rung], None]) -> Account:
        for rung in check_account(request.user, account.public_id):
            told(rung)
        return account

    def done(_account: Account, rungs: list[Rung]) -> SafeString:
        return render_to_string("accounts/check.html#outcome", _said(account, rungs), request)

    def again(refused: dict[str, Any]) -> SafeString:
        return render_to_string("accounts/check.html#outcome", {"account": account} | refused, request)

    return Trial(
        new=described(account),
        title=_("Check"),
        climb=climb,
        done=done,
        again=again,
    )


def _said(account: Account, rungs: list[Rung]) -> dict[str, Any]:
    """A check that found something wrong is no failure of checking."""
    problem = failure(rungs)
    context: dict[str, Any] = {"account": account, "checked": bool(rungs)}
    if problem:
        page = mended_on(problem.trouble) or "account_edit"
        context |= {"mended_on": page, "mend_at": reverse(page, args=[account.public_id])}
        return context | refusal(problem, described(account), rungs)
    return context | {"diagnosis": report(described(account), rungs)}
