"""Somebody's own password, and the other browsers in which they are signed in."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from teczka.actions.people import change_password, sign_out_elsewhere
from teczka.store.queries.second_factor import backup_codes_left
from teczka.store.sessions import others
from teczka.web.requests import Request, allowed
from teczka.web.said import Said, said, say
from teczka.web.session.known import remember
from teczka.web.session.password import Proof, new_password


class PasswordForm(Proof):
    password = new_password(_("New password"))


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
            return remember(redirect("security"), person)
    told = {"form": form, "others": others(request.user, request.session), "left": backup_codes_left(request.user)}
    return render(request, "session/security.html", told | {"said": said(request)})


@require_POST
def elsewhere(request: Request) -> HttpResponse:
    sign_out_elsewhere(request.user, request.session)
    say(request, Said.ELSEWHERE)
    return remember(redirect("security"), request.user)
