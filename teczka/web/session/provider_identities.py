"""Signing in to Teczka with Microsoft or Google, and connecting that: out to the provider, and back by its state (web/callback.py).

A state is kept in the session of the browser that set out, where it is good once: whoever is sent a stranger's way back is signed in by it
as nobody, and connects nothing.
"""

from collections.abc import Callable
from typing import cast
from urllib.parse import urlencode

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.decorators import rate_limit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from teczka.actions.oauth import Return
from teczka.actions.provider_identities import (
    Visit,
    begin_connecting,
    begin_signing_in,
    connect,
    disconnect,
    who_came,
)
from teczka.core.accounts import Auth
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.oauth import PROVIDERS
from teczka.store.models import User
from teczka.store.queries.oauth import registrations
from teczka.store.queries.provider_identities import connected
from teczka.web.oauth import auth_named, brought, go_out, redirect_uri, take
from teczka.web.problems import tell
from teczka.web.requests import Request, allowed
from teczka.web.session.by_what import BY
from teczka.web.session.challenges import BRIEF
from teczka.web.session.door import office_here
from teczka.web.session.known import remember
from teczka.web.session.noted import CHANGED, note
from teczka.web.session.password import Proof
from teczka.web.session.register import PROVIDER

VISITS, REFUSED = "provider_visits", "provider_refused"  # in the session

View = Callable[..., HttpResponse]
limited = cast("Callable[[View], View]", rate_limit(action="login"))  # as tries at the door's own form are


@login_not_required
@limited
@require_POST
def provider_sign_in(request: HttpRequest, provider: str) -> HttpResponse:
    auth, office = auth_named(provider), office_here(request)
    if request.user.is_authenticated or office is None:
        return redirect("home")
    if not request.session.session_key:
        request.session.set_expiry(BRIEF)
    onward = get_next_redirect_url(request) or ""
    try:
        url, visit = begin_signing_in(office.pk, auth, redirect_uri(request, auth), onward)
    except Problem as problem:
        return _back_to_the_door(request, problem, onward)
    return _leave(request, url, visit)


@sensitive_post_parameters("current")
@require_http_methods(["GET", "HEAD", "POST"])
def provider_connect(request: Request, provider: str) -> HttpResponse:
    """Asks for the password: whoever finds a browser left open shall not come in for good."""
    auth, person = auth_named(provider), request.user
    if not person.has_usable_password() or auth in connected(person) or auth not in registrations(person):
        return redirect("security")
    form = Proof(request.POST if request.method == "POST" else None, request)
    if form.is_valid():
        try:
            url, visit = begin_connecting(form.cleaned_data["current"], auth, redirect_uri(request, auth))
        except Problem as problem:
            return _not_connected(request, auth, problem)
        return _leave(request, url, visit)
    return render(request, "session/provider_connect.html", {"form": form, "provider": PROVIDERS[auth]})


@require_POST
def provider_disconnect(request: Request, provider: str) -> HttpResponse:
    allowed(disconnect, request.user, auth_named(provider), request.session)
    return remember(redirect("security"), request.user)


@require_POST
def provider_noted(request: Request) -> HttpResponse:
    return note(redirect("security"), request.user, CHANGED)


def back_to_sign_in(request: HttpRequest, provider: str) -> HttpResponse | None:
    """None where the state is of no visit that was begun here."""
    kept = take(request, VISITS)
    if kept is None:
        return None
    visit = Visit.from_json(kept)
    if visit.auth != auth_named(provider):
        return belongs_to_nothing(request, provider)
    return (_connect if visit.proved else _sign_in)(request, visit, brought(request))


def belongs_to_nothing(request: HttpRequest, provider: str) -> HttpResponse:
    """An answer to nothing that this browser has begun."""
    auth = auth_named(provider)
    return _not_connected(request, auth, Problem(Trouble.OAUTH_STATE, provider=PROVIDERS[auth].name))


def _sign_in(request: HttpRequest, visit: Visit, back: Return) -> HttpResponse:
    if request.user.is_authenticated:  # another window was quicker: nobody becomes another in the middle of their work
        return redirect("home")
    try:
        person = who_came(visit, back)
    except Problem as problem:
        return _back_to_the_door(request, problem, visit.onward)
    login = Login(person, redirect_url=visit.onward or None, signal_kwargs={BY: [PROVIDER]})
    return cast("HttpResponse", perform_login(request, login))


def _connect(request: HttpRequest, visit: Visit, back: Return) -> HttpResponse:
    person = request.user
    if not isinstance(person, User) or person.owes_second_factor:
        return redirect("security")
    if visit.auth in connected(person):  # another window was quicker
        return redirect("security")
    try:
        connect(person, visit, back, request.session)
    except Problem as problem:
        return _not_connected(request, visit.auth, problem)
    except NotAllowed:  # in this very moment
        return redirect("security")
    return remember(redirect("security"), person)


def _leave(request: HttpRequest, url: str, visit: Visit) -> HttpResponse:
    return go_out(request, visit.auth, url, VISITS, visit.authorization.state, visit.as_json())


def _back_to_the_door(request: HttpRequest, problem: Problem, onward: str) -> HttpResponse:
    """Which says it once (web/templatetags/door.py)."""
    request.session[REFUSED] = [problem.trouble, problem.params]
    door = reverse("account_login")
    return redirect(f"{door}?{urlencode({'next': onward})}" if onward else door)


def _not_connected(request: HttpRequest, auth: Auth, problem: Problem) -> HttpResponse:
    told = tell(problem.trouble, problem.params, problem.detail, signing_in=True)
    inside = isinstance(request.user, User)
    return render(request, "session/provider_refused.html", {"told": told, "auth": auth, "inside": inside})
