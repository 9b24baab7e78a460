"""Somebody's own second step at sign-in: turned on by an app's first code, off by one's password."""

from typing import Any
from urllib.parse import quote

import segno
from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from teczka.actions.second_factor import begin, new_codes, take_note, turn_off, turn_on
from teczka.core.second_factor import grouped, key_uri
from teczka.web.requests import Request, allowed
from teczka.web.said import Said, say
from teczka.web.session.password import Proof
from teczka.web.session.private import before_second_factor


class FirstCodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("Six digits, which the app shows now."),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


@before_second_factor
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor_set_up(request: Request) -> HttpResponse:
    if request.user.second_factor_at is not None:
        return redirect("security")
    form = FirstCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        codes = allowed(turn_on, request.user, form.cleaned_data["code"], request.session)
        if codes is not None:
            return _told(request, codes)
        form.add_error(
            "code", _("This code does not fit. Type the newest one, and see that your phone's clock is right.")
        )
    secret = allowed(begin, request.user)
    drawn = {"form": form, "secret": grouped(secret), "drawing": _drawing(key_uri(secret, request.user.email))}
    return render(request, "session/second_factor_set_up.html", drawn)


@sensitive_post_parameters("current")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor_off(request: Request) -> HttpResponse:
    form = Proof(request.POST or None, request)
    if request.method == "POST" and form.is_valid():
        allowed(turn_off, form.cleaned_data["current"])
        say(request, Said.SECOND_FACTOR_OFF)
        return redirect("security")
    return _asked(request, form, "off")


@sensitive_post_parameters("current")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor_codes(request: Request) -> HttpResponse:
    form = Proof(request.POST or None, request)
    if request.method == "POST" and form.is_valid():
        return _told(request, allowed(new_codes, form.cleaned_data["current"]))
    return _asked(request, form, "codes")


@require_POST
def second_factor_noted(request: Request) -> HttpResponse:
    """That an administrator turned it off."""
    take_note(request.user)
    return redirect("security")


def _asked(request: Request, form: Proof, what: str) -> HttpResponse:
    if request.user.second_factor_at is None:
        return redirect("security")
    return render(request, "session/second_factor_password.html", {"form": form, "what": what})


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
