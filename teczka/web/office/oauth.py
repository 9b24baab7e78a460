"""The administrators' page for signing in with Microsoft and Google: the registration's steps, its id and its secret, and a real try."""

import re
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from teczka.actions.clients import NewClient, remove_client, save_client
from teczka.actions.oauth import to_test
from teczka.core.accounts import Auth
from teczka.core.oauth import PROVIDERS, is_tenant
from teczka.store.queries.oauth import Registration, registrations
from teczka.web.accounts.oauth import TESTED, leave
from teczka.web.oauth import auth_named, redirect_uri
from teczka.web.office.access import for_administrators
from teczka.web.problems import tell
from teczka.web.requests import Request
from teczka.web.said import Said, said, say

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class ClientForm(forms.Form):
    client_id = forms.CharField(label=_("Client id"), max_length=200, widget=forms.TextInput({"autocomplete": "off"}))
    tenant = forms.CharField(
        label=_("Directory (tenant) id"),
        help_text=_("Of your office's own directory. “common” lets in any directory and personal accounts."),
        max_length=253,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=_("Client secret"),
        required=False,
        strip=True,
        max_length=500,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),  # never given back to the browser
    )
    secret_ends_on = forms.DateField(
        label=_("The secret ends on"),
        help_text=_("We warn you 30 days before."),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, auth: Auth, kept: Registration | None, data: Any = None) -> None:
        fields = ("client_id", "tenant", "secret_ends_on")
        super().__init__(data, initial={name: getattr(kept, name) for name in fields} if kept else {})
        self._needs_secret = not (kept and kept.has_secret)
        if kept and kept.has_secret:
            self.fields["secret"].help_text = _("One is kept, encrypted. Leave this empty to go on with it.")
        if auth is Auth.GOOGLE:
            del self.fields["tenant"], self.fields["secret_ends_on"]

    def clean_tenant(self) -> str:
        tenant: str = self.cleaned_data["tenant"]
        if not is_tenant(tenant):
            raise forms.ValidationError(_("This is no directory id: copy it from the registration's overview."))
        return tenant.lower()

    def clean_secret(self) -> str:
        secret: str = self.cleaned_data["secret"]
        if not secret and self._needs_secret:
            raise forms.ValidationError(_("Enter the secret of the registration."))
        if _GUID.fullmatch(secret):
            raise forms.ValidationError(_("This is the secret's id. Copy its value, which is shown only once."))
        return secret


@for_administrators
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def office_oauth(request: Request, provider: str) -> HttpResponse:
    auth = auth_named(provider)
    kept = registrations(request.user).get(auth)
    form = ClientForm(auth, kept, request.POST or None)
    if request.method == "POST" and form.is_valid():
        save_client(request.user, auth, NewClient(**form.cleaned_data))
        say(request, Said.SAVED)
        return redirect("office_oauth", auth)
    return render(request, "office/oauth.html", _facts(request, auth, kept, form))


@for_administrators
@require_POST
def office_oauth_remove(request: Request, provider: str) -> HttpResponse:
    auth = auth_named(provider)
    remove_client(request.user, auth)
    return redirect("office_oauth", auth)


@for_administrators
@require_POST
def office_oauth_test(request: Request, provider: str) -> HttpResponse:
    """The whole of it, by the administrator's own sign-in; what it grants is thrown away."""
    return leave(request, to_test(request.user, auth_named(provider)))


def _facts(request: Request, auth: Auth, kept: Registration | None, form: ClientForm) -> dict[str, Any]:
    today, uri = timezone.localdate(), redirect_uri(request, auth)
    return {
        "form": form,
        "provider": PROVIDERS[auth],
        "google": auth is Auth.GOOGLE,
        "kept": kept,
        "redirect_uri": uri,
        "insecure": not uri.startswith(("https://", "http://localhost", "http://127.0.0.1")),
        "ended": kept is not None and kept.ended(today),
        "ends_soon": kept is not None and kept.ends_soon(today),
        "told": tell(kept.trouble, {"provider": PROVIDERS[auth].name}) if kept and kept.trouble else None,
        "said": said(request),
        "tested": request.session.pop(TESTED, ""),
    }
