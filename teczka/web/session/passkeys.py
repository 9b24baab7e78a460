"""Somebody's own passkeys: added and removed by their password, and called what they like."""

import time
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from teczka.actions.passkeys import add, handle_of, known_to, remove, rename
from teczka.core.errors import AlreadyThere, NotAllowed
from teczka.core.passkeys import LONGEST_NAME, MOST, SECONDS, asked_to_make, device_of
from teczka.store.queries.passkeys import PasskeyLine, passkey, passkeys
from teczka.web.requests import Request, allowed, found
from teczka.web.said import Said, say
from teczka.web.session.challenges import challenge, challenged, here
from teczka.web.session.known import remember
from teczka.web.session.password import Proof

PROVED = "passkey_proved"  # in the session: that its person has just said their password, and which
ASKED = "passkey_new"  # in the session: the challenge


class NameForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("So that you know it again: the device, or the program that keeps it."),
        max_length=LONGEST_NAME,
    )


@sensitive_post_parameters("current")
@require_http_methods(["GET", "HEAD", "POST"])
def passkey_add(request: Request) -> HttpResponse:
    """First the password, then the device: nothing is made on it that is not taken here."""
    if not _may(request):
        return redirect("security")
    form = Proof(request.POST or None, request)
    if request.method == "POST" and form.is_valid():
        request.session[PROVED] = [form.cleaned_data["current"].get_session_auth_hash(), int(time.time())]
        return redirect("passkey_make")
    return render(request, "session/passkey_password.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def passkey_make(request: Request) -> HttpResponse:
    proved, at = request.session.get(PROVED) or ("", 0)
    fresh = time.time() - at < SECONDS and constant_time_compare(proved, request.user.get_session_auth_hash())
    if not fresh or not _may(request):
        return redirect("passkey_add")
    wrong = _added(request) if request.method == "POST" else ""
    if wrong is None:
        del request.session[PROVED]
        say(request, Said.PASSKEY_ADDED)
        return redirect("security")
    person, place = request.user, here(request)
    had = known_to(person)
    options = asked_to_make(place, challenge(request, ASKED), handle_of(person), person.email, person.name, had)
    form = NameForm(initial={"name": request.POST.get("name") or _name(request)})
    form.fields["name"].widget.attrs["autofocus"] = True
    told = {"form": form, "options": options, "place": place, "wrong": wrong}
    return render(request, "session/passkey_make.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
def passkey_rename(request: Request, passkey_id: UUID) -> HttpResponse:
    one = found(passkey(request.user, passkey_id))
    form = NameForm(request.POST or None, initial={"name": one.name})
    if request.method == "POST" and form.is_valid():
        allowed(rename, request.user, passkey_id, form.cleaned_data["name"])
        say(request, Said.SAVED)
        return redirect("security")
    return _about(request, one, form, "rename")


@sensitive_post_parameters("current")
@require_http_methods(["GET", "HEAD", "POST"])
def passkey_remove(request: Request, passkey_id: UUID) -> HttpResponse:
    one = found(passkey(request.user, passkey_id))
    form = Proof(request.POST or None, request)
    if request.method == "POST" and form.is_valid():
        person = form.cleaned_data["current"]
        allowed(remove, person, passkey_id, request.session)
        say(request, Said.PASSKEY_REMOVED)
        return remember(redirect("security"), person)
    return _about(request, one, form, "remove")


def _may(request: Request) -> bool:
    """Whether the Security page offers one more."""
    return request.user.has_usable_password() and here(request).works and len(passkeys(request.user)) < MOST


def _added(request: Request) -> str | None:
    """Why not; None where it was."""
    try:
        name = request.POST.get("name", "").strip() or _name(request)
        add(request.user, request.POST.get("answer", ""), challenged(request, ASKED), here(request), name)
    except AlreadyThere:
        return _("This passkey is in use already.")
    except NotAllowed:
        return _("That did not work. Try again.")
    return None


def _name(request: Request) -> str:
    return device_of(request.headers.get("User-Agent", "")) or _("Passkey")


def _about(request: Request, one: PasskeyLine, form: forms.Form, what: str) -> HttpResponse:
    return render(request, "session/passkey.html", {"one": one, "form": form, "what": what})
