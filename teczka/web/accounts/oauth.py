"""Signing in with Microsoft or Google: out to the provider and back. What is under way is kept in the session, by its state.

From the wizard: `return leave(request, to_add(new, auth))` with a NewAccount as it shall be, its password empty.
"""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from teczka.actions.oauth import Errand, Journey, Purpose, Return, begin, finish, for_shared, to_reconnect
from teczka.actions.rest import forget_tokens
from teczka.core.accounts import Auth
from teczka.core.errors import AlreadyThere, NotAllowed, Problem, Trouble
from teczka.core.oauth import PROVIDERS
from teczka.core.settings import settings
from teczka.store.queries.folders import first_inbox
from teczka.web.problems import Told, tell
from teczka.web.requests import Request, allowed

JOURNEYS, FAILED, TESTED = "oauth", "oauth_failed", "oauth_tested"  # in the session
MOST = 5  # journeys of one session; the oldest is forgotten


def leave(request: Request, errand: Errand) -> HttpResponse:
    """A page that goes to the provider by itself: the policy of our pages forbids forms to end at another site."""
    try:
        url, journey = begin(request.user, errand, redirect_uri(request, errand.auth))
    except Problem as problem:
        return _failed(request, errand, tell(problem.trouble, problem.params, unsaved=True), problem)
    under_way = {**request.session.get(JOURNEYS, {}), journey.authorization.state: journey.as_json()}
    request.session[JOURNEYS] = dict(list(under_way.items())[-MOST:])
    return render(request, "accounts/oauth_leaving.html", {"url": url, "provider": PROVIDERS[errand.auth]})


@require_GET
def oauth_callback(request: Request, provider: str) -> HttpResponse:
    journey = _take(request, request.GET.get("state", ""))
    if journey is None or journey.errand.auth != auth_named(provider):
        name = PROVIDERS[auth_named(provider)].name
        return _failed(request, None, tell(Trouble.OAUTH_STATE, {"provider": name}))
    said = (request.GET.get(name, "") for name in ("code", "error", "error_description", "iss"))
    try:
        who, account = finish(request.user, journey, Return(*said))
    except Problem as problem:
        told = tell(problem.trouble, problem.params, problem.detail, unsaved=True)
        return _failed(request, journey.errand, told, problem)
    except AlreadyThere:
        told = Told(_("You have this account already."), _("Nothing was changed."), "")
        return _failed(request, None, told)
    except NotAllowed:
        raise Http404 from None
    if account is None:
        request.session[TESTED] = who
        return redirect("office_oauth", journey.errand.auth)
    inbox = first_inbox(request.user, account.pk) if journey.errand.purpose is Purpose.ADD else None
    return redirect("folder", inbox) if inbox else redirect("account_list")


@require_POST
def oauth_again(request: Request) -> HttpResponse:
    """After a failure: the same errand once more. `shared`: for a mailbox that is shared with whoever signed in."""
    failed = request.session.pop(FAILED, None)
    if failed is None:
        return redirect("account_list")
    errand = Errand.from_json(failed["errand"])
    return leave(request, for_shared(errand, failed["granted"]) if "shared" in request.POST else errand)


@require_POST
def account_reconnect(request: Request, account_id: UUID) -> HttpResponse:
    """`auth`: with which provider. Another kind of sign-in than before is as good."""
    auth = auth_named(request.POST.get("auth", ""))
    return leave(request, allowed(to_reconnect, request.user, account_id, auth))


@require_POST
def account_forget(request: Request, account_id: UUID) -> HttpResponse:
    allowed(forget_tokens, request.user, account_id)
    return redirect("account_list")


def redirect_uri(request: HttpRequest, auth: Auth) -> str:
    """As it must stand in the registration, to the letter. Without TECZKA_URL this machine alone is served."""
    path = reverse("oauth_callback", args=[auth])
    return settings().url + path if settings().url else request.build_absolute_uri(path)


def auth_named(name: str) -> Auth:
    if name not in PROVIDERS:
        raise Http404
    return Auth(name)


def _take(request: Request, state: str) -> Journey | None:
    """Once: whoever comes again with the same state comes from elsewhere."""
    under_way: dict[str, Any] = request.session.get(JOURNEYS, {})
    told = under_way.pop(state, None)
    request.session[JOURNEYS] = under_way
    return Journey.from_json(told) if told else None


def _failed(request: Request, errand: Errand | None, told: Told, problem: Problem | None = None) -> HttpResponse:
    granted = str(problem.params.get("granted", "")) if problem else ""
    if errand:
        request.session[FAILED] = {"errand": errand.as_json(), "granted": granted}
    shared = bool(granted) and errand is not None and PROVIDERS[errand.auth].delegates
    facts = {"told": told, "errand": errand, "granted": granted, "shared": shared}
    return render(request, "accounts/oauth_failed.html", facts)
