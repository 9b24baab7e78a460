"""Signing in with Microsoft or Google for a mailbox: out to the provider and back.

From the wizard: `return leave(request, to_add(new, auth))` with a NewAccount as it shall be, its password empty.
"""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from teczka.actions.oauth import Errand, Journey, Purpose, begin, finish, for_shared, to_reconnect
from teczka.actions.rest import forget_tokens
from teczka.core.errors import AlreadyThere, NotAllowed, Problem, Trouble
from teczka.core.oauth import PROVIDERS
from teczka.store.queries.folders import first_inbox
from teczka.web.oauth import auth_named, brought, go_out, redirect_uri, take
from teczka.web.problems import Told, tell
from teczka.web.requests import Request, allowed

JOURNEYS, FAILED, TESTED = "oauth", "oauth_failed", "oauth_tested"  # in the session


def leave(request: Request, errand: Errand) -> HttpResponse:
    try:
        url, journey = begin(request.user, errand, redirect_uri(request, errand.auth))
    except Problem as problem:
        return _failed(request, errand, _told(errand, problem), problem)
    return go_out(request, errand.auth, url, JOURNEYS, journey.authorization.state, journey.as_json())


def back_for_mailbox(request: Request, provider: str) -> HttpResponse:
    kept = take(request, JOURNEYS)
    journey = Journey.from_json(kept) if kept else None
    if journey is None or journey.errand.auth != auth_named(provider):
        name = PROVIDERS[auth_named(provider)].name
        return _failed(request, None, tell(Trouble.OAUTH_STATE, {"provider": name}))
    try:
        who, account = finish(request.user, journey, brought(request))
    except Problem as problem:
        return _failed(request, journey.errand, _told(journey.errand, problem), problem)
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


def _told(errand: Errand, problem: Problem) -> Told:
    trying = errand.purpose is Purpose.TEST
    return tell(problem.trouble, problem.params, problem.detail, unsaved=True, trying=trying)


def _failed(request: Request, errand: Errand | None, told: Told, problem: Problem | None = None) -> HttpResponse:
    granted = str(problem.params.get("granted", "")) if problem else ""
    if errand:
        request.session[FAILED] = {"errand": errand.as_json(), "granted": granted}
    shared = bool(granted) and errand is not None and PROVIDERS[errand.auth].delegates
    facts = {"told": told, "errand": errand, "granted": granted, "shared": shared}
    return render(request, "accounts/oauth_failed.html", facts)
