"""The first run: the office and its first administrator. The link is printed on the console and works once."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from teczka.actions.people import check_set_up_token, needs_set_up, set_up_office
from teczka.core.errors import NotAllowed
from teczka.core.people import FIRST_ZONE
from teczka.core.settings import settings as ours
from teczka.web.session.known import remember
from teczka.web.session.password import new_password


def _zones() -> list[tuple[str, str]]:
    return [
        (zone, zone.replace("_", " "))
        for zone in sorted(available_timezones())
        if "/" in zone and not zone.startswith("Etc")
    ]


class SetUpForm(forms.Form):
    office = forms.CharField(label=_("Name of the law office"), max_length=200)
    name = forms.CharField(label=_("Your full name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("You sign in with it."),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "username"}),
    )
    password = new_password(_("Password"))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    timezone = forms.ChoiceField(label=_("Time zone"), choices=_zones)


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    if not needs_set_up() or not check_set_up_token(ours().keys, token):
        raise Http404
    form = SetUpForm(request.POST or None, initial=_initial())
    if request.method == "POST" and form.is_valid():
        try:
            user = set_up_office(ours().keys, **form.cleaned_data)
        except ValidationError as weak:
            form.add_error("password", weak)
        except NotAllowed:  # another browser was quicker
            raise Http404 from None
        else:
            login(request, user)
            response = redirect("account_add")
            remember(response, user)
            return response
    return render(request, "office/set_up.html", {"form": form})


def _initial() -> dict[str, Any]:
    return {"language": get_language() or "pl", "timezone": FIRST_ZONE}
