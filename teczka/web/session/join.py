"""The link that lets somebody in: they choose a password, once. Who has a second step of signing in is asked for it, too."""

from typing import cast
from uuid import UUID

from allauth.account.utils import perform_login
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from teczka.actions.invitations import invited
from teczka.actions.invitations import join as join_by
from teczka.core.errors import NotAllowed
from teczka.web.session.by_what import BY
from teczka.web.session.password import new_password
from teczka.web.session.register import LINK


class JoinForm(forms.Form):
    name = forms.CharField(label=_("Your full name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"}))
    password = new_password(_("Password"))


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, person_id: UUID, token: str) -> HttpResponse:
    person = invited(person_id, token)
    if person is None:
        return render(request, "session/join_over.html", status=404)
    form = JoinForm(request.POST if request.method == "POST" else None, initial={"name": person.name})
    if form.is_valid():
        try:
            joined = join_by(person_id, token, **form.cleaned_data)
        except ValidationError as weak:
            form.add_error("password", weak)
        except NotAllowed:  # another window was quicker
            return render(request, "session/join_over.html", status=404)
        else:
            by, home = {BY: [LINK]}, reverse("home")
            return cast("HttpResponse", perform_login(request, joined, redirect_url=home, signal_kwargs=by))
    return render(request, "session/join.html", {"form": form, "person": person})
