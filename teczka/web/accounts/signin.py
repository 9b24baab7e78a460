"""Let in again, in place: a new password, or signing in with Microsoft or Google. Mail, filing and settings stay."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from teczka.actions.account_rows import described
from teczka.actions.accounts import account_of, reconnect_account
from teczka.core import providers
from teczka.core.accounts import Auth
from teczka.store.models import Account
from teczka.web.accounts.details import ways_in
from teczka.web.accounts.forms import PASSWORDS
from teczka.web.accounts.found import help_for, password_kind
from teczka.web.accounts.trying import Trial, try_out
from teczka.web.requests import Request, allowed


class PasswordForm(forms.Form):
    password = forms.CharField(
        strip=False, max_length=1000, widget=forms.PasswordInput({"autocomplete": "new-password", "autofocus": True})
    )


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def account_signin(request: Request, account_id: UUID) -> HttpResponseBase:
    account = allowed(account_of, request.user, account_id)
    form = PasswordForm(request.POST or None)
    kind = password_kind(providers.by_id(account.provider))
    form.fields["password"].label, form.fields["password"].help_text = PASSWORDS[kind]
    if request.method == "POST" and form.is_valid():
        return try_out(request, _trial(request, account, form))
    return render(request, "accounts/signin.html", _context(request, account, form))


def _trial(request: Request, account: Account, form: PasswordForm) -> Trial:
    password: str = form.cleaned_data["password"]

    def again(refused: dict[str, Any]) -> SafeString:
        return render_to_string("accounts/signin.html#outcome", _context(request, account, form) | refused, request)

    return Trial(
        new=described(account),
        title=_("Reconnect"),
        climb=lambda told: reconnect_account(request.user, account.public_id, password=password, told=told),
        done=lambda saved, rungs: render_to_string("accounts/saved.html", {"account": saved}, request),
        again=again,
    )


def _context(request: Request, account: Account, form: PasswordForm) -> dict[str, Any]:
    provider = providers.by_id(account.provider)
    ways = dict.fromkeys([Auth(account.auth), *(provider.auth if provider else (Auth.PASSWORD,))])
    return {
        "title": _("Reconnect"),
        "account": account,
        "form": form,
        "by_password": Auth.PASSWORD in ways,
        "help": help_for(provider),
    } | ways_in(request, ways)
