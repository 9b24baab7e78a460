"""Somebody's own password, and the other browsers in which they are signed in."""

from typing import Any, cast

from allauth.account.adapter import get_adapter
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from teczka.actions.people import change_password, sign_out_elsewhere
from teczka.store.models import User
from teczka.store.sessions import others
from teczka.web.requests import Request, allowed
from teczka.web.said import Said, said, say
from teczka.web.session.known import remember
from teczka.web.session.password import new_password


class PasswordForm(forms.Form):
    current = forms.CharField(
        label=_("Current password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    password = new_password(_("New password"))

    def __init__(self, data: Any, request: Request) -> None:
        super().__init__(data)
        self._request = request

    def clean_current(self) -> User:
        """The person whom it proves. As at the door, tries are counted: the browser may have been left open."""
        claim = {"email": self._request.user.email, "password": self.cleaned_data["current"]}
        person = get_adapter(self._request).authenticate(self._request, **claim)
        if person is None:
            raise ValidationError(_("This is not your current password."))
        return cast("User", person)


@sensitive_post_parameters("current", "password")
@require_http_methods(["GET", "HEAD", "POST"])
def security(request: Request) -> HttpResponse:
    form = PasswordForm(request.POST or None, request)
    if request.method == "POST" and form.is_valid():
        person = form.cleaned_data["current"]
        try:
            allowed(change_password, person, form.cleaned_data["password"], request.session)
        except ValidationError as weak:
            form.add_error("password", weak)
        else:
            say(request, Said.PASSWORD)
            response = redirect("security")
            remember(response, person)
            return response
    told = {"form": form, "others": others(request.user, request.session), "said": said(request)}
    return render(request, "session/security.html", told)


@require_POST
def elsewhere(request: Request) -> HttpResponse:
    sign_out_elsewhere(request.user, request.session)
    say(request, Said.ELSEWHERE)
    return redirect("security")
