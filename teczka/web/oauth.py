"""What all ways to Microsoft and Google have in common: which of the two, out to it, and back. What is under way is kept in the session,
by its state."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from teczka.actions.oauth import Return
from teczka.core.accounts import Auth
from teczka.core.oauth import PROVIDERS
from teczka.core.settings import settings

MOST = 5  # of a kind that are under way in one session; the oldest is forgotten


def redirect_uri(request: HttpRequest, auth: Auth) -> str:
    """As it must stand in the registration, to the letter. Without TECZKA_URL this machine alone is served."""
    path = reverse("oauth_callback", args=[auth])
    return settings().url + path if settings().url else request.build_absolute_uri(path)


def auth_named(name: str) -> Auth:
    if name not in PROVIDERS:
        raise Http404
    return Auth(name)


def go_out(request: HttpRequest, auth: Auth, url: str, kind: str, state: str, kept: dict[str, Any]) -> HttpResponse:
    """A page that goes to the provider by itself: the policy of our pages forbids forms to end at another site."""
    under_way = {**request.session.get(kind, {}), state: kept}
    request.session[kind] = dict(list(under_way.items())[-MOST:])
    return render(request, "accounts/oauth_leaving.html", {"url": url, "provider": PROVIDERS[auth]})


def take(request: HttpRequest, kind: str) -> dict[str, Any] | None:
    """What was kept for whoever comes back now, once: whoever comes again with the same state comes from elsewhere."""
    under_way: dict[str, dict[str, Any]] = request.session.get(kind, {})
    kept = under_way.pop(request.GET.get("state", ""), None)
    if kept is not None:
        request.session[kind] = under_way
    return kept


def brought(request: HttpRequest) -> Return:
    return Return(*(request.GET.get(name, "") for name in ("code", "error", "error_description", "iss")))
