"""Somebody's own second step at sign-in: turned on by an app's first code, off by one's password."""

import time
from typing import Any
from urllib.parse import quote

import segno
from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from teczka.actions.second_factor import begin, new_codes, turn_off, turn_on
from teczka.core.errors import NotAllowed
from teczka.core.second_factor import grouped, key_uri
from teczka.web.requests import Request, allowed
from teczka.web.said import Said, say
from teczka.web.session.adapter import CAME
from teczka.web.session.known import remember
from teczka.web.session.noted import LIFTED, note
from teczka.web.session.password import Proof
from teczka.web.session.private import before_second_factor

JUST = 15 * 60  # seconds since somebody signed in
ONCE = "codes_once"  # in the session: the mark of the form for new backup codes, whose page, loaded again, must not make others


class FirstCodeForm(Proof):
    """Asks for the password, too, so that nobody shuts its owner out of a browser that was left open. Who has none is spared, and who has
    just signed in and gets no further without it."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("Six digits, which the app shows now."),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    field_order = ("code", "current")

    def __init__(self, data: Any, request: Request) -> None:
        super().__init__(data, request)
        came_now = time.time() - request.session.get(CAME, 0) < JUST
        if not request.user.has_usable_password() or (request.user.owes_second_factor and came_now):
            del self.fields["current"]


@before_second_factor
@sensitive_post_parameters("code", "current")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor_set_up(request: Request) -> HttpResponse:
    if request.user.second_factor_at is not None:
        return redirect("security")
    form = FirstCodeForm(request.POST if request.method == "POST" else None, request)
    if form.is_valid():
        person = form.cleaned_data.get("current", request.user)
        try:
            codes = turn_on(person, form.cleaned_data["code"], request.session)
        except NotAllowed:
            form.add_error(
                "code", _("You began this in another browser, too. Let the app scan the code that is here now.")
            )
        else:
            if codes is not None:
                response = _told(request, codes)
                remember(response, person)
                return response
            form.add_error(
                "code", _("This code does not fit. Type the newest one, and see that your phone's clock is right.")
            )
    secret = allowed(begin, request.user, request.session)
    drawn = {"form": form, "secret": grouped(secret), "drawing": _drawing(key_uri(secret, request.user.email))}
    return render(request, "session/second_factor_set_up.html", drawn)


@sensitive_post_parameters("current")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor_off(request: Request) -> HttpResponse:
    form = Proof(request.POST or None, request)
    if request.method == "POST" and form.is_valid():
        person = form.cleaned_data["current"]
        allowed(turn_off, person, request.session)
        say(request, Said.SECOND_FACTOR_OFF)
        return remember(redirect("security"), person)
    return _asked(request, form, "off")


@sensitive_post_parameters("current")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor_codes(request: Request) -> HttpResponse:
    form = Proof(request.POST or None, request)
    if request.method == "POST" and form.is_valid():
        if request.session.pop(ONCE, "") == request.POST.get("once"):
            return _told(request, allowed(new_codes, form.cleaned_data["current"]))
        form.add_error(None, _("This form has made its codes already. Send it again only if you want ten others."))
    request.session[ONCE] = get_random_string(12)
    return _asked(request, form, "codes")


@require_POST
def second_factor_noted(request: Request) -> HttpResponse:
    """That an administrator turned it off."""
    return note(redirect("security"), request.user, LIFTED)


def _asked(request: Request, form: Proof, what: str) -> HttpResponse:
    if request.user.second_factor_at is None:
        return redirect("security")
    asked = {"form": form, "what": what, "once": request.session.get(ONCE, "")}
    return render(request, "session/second_factor_password.html", asked)


def _told(request: Request, codes: list[str]) -> HttpResponse:
    """On this page alone: they are kept nowhere."""
    lines = [grouped(code) for code in codes]
    about = _("Backup codes for Teczka: %(address)s. Each of them works once.") % {"address": request.user.email}
    told: dict[str, Any] = {
        "codes": lines,
        "as_file": f"data:text/plain;charset=utf-8,{quote(chr(10).join([about, '', *lines, '']))}",
    }
    return render(request, "session/second_factor_codes.html", told)


def _drawing(uri: str) -> SafeString:
    """Black on white in whatever colours the page has: many an app reads no other."""
    square = segno.make(uri, error="m", micro=False)
    drawn = square.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None)
    return mark_safe(drawn)  # noqa: S308  segno writes it, of nothing but squares
