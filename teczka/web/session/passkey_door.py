"""Signing in by a passkey: both steps at once, or the second after the password. What a browser is asked, and what it answers."""

from typing import cast

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from teczka.actions.passkeys import known_to, lets_in, person_of
from teczka.actions.webauthn import Claim, claim
from teczka.core.errors import NotAllowed
from teczka.core.passkeys import asked_to_use
from teczka.store.models import User
from teczka.web.session.by_what import BY, second
from teczka.web.session.challenges import challenge, challenged, here
from teczka.web.session.known import known
from teczka.web.session.register import PASSKEY
from teczka.web.session.second_step import SecondStep, half_way, refusal

ASKED = "passkey_asked"  # in a session: the challenge
WRONG = "passkey_wrong"  # in a session: why the last passkey let nobody in


@login_not_required
@require_POST
def passkey_begin(request: HttpRequest) -> HttpResponse:
    """What the browser is to ask for, as JSON: of whoever has said their password one of theirs, else any."""
    if ratelimit.consume(request, app="allauth.account", action="passkey_begin") is None:
        return HttpResponse(status=429)
    stage = half_way(request)
    had = known_to(stage.login.user) if stage else []
    return JsonResponse(asked_to_use(here(request), challenge(request, ASKED), had))


@login_not_required
@sensitive_post_parameters("answer")
@require_POST
def passkey_in(request: HttpRequest) -> HttpResponse:
    """Who may not come in is told one thing, whatever was wrong: who signs in here by what is nobody else's business."""
    if request.user.is_authenticated:
        return redirect("home")
    asked, claimed, place = challenged(request, ASKED), _claimed(request), here(request)
    stage = half_way(request)
    if stage is not None:
        person = stage.login.user
        wrong = refusal(request, person, lambda: lets_in(person, claimed, asked, place), _wrong())
        if wrong:
            return _refused(request, wrong, "second_factor")
        second(stage.login, PASSKEY)
        return cast("HttpResponse", stage.exit())
    found, wrong = _who(request, claimed, asked)
    if found is None:
        return _refused(request, wrong, "account_login")
    login = Login(user=found, redirect_url=get_next_redirect_url(request), signal_kwargs={BY: [PASSKEY]})
    LoginStageController(request, login).set_handled(SecondStep.key)
    return cast("HttpResponse", perform_login(request, login))


def _claimed(request: HttpRequest) -> Claim:
    try:
        return claim(request.POST.get("answer", ""))
    except NotAllowed:
        return Claim(b"", b"", {})  # nobody's


def _who(request: HttpRequest, claimed: Claim, asked: bytes) -> tuple[User | None, str]:
    """Whose passkey it is, else why not. Tries are counted as those of passwords are (web/session/adapter.py)."""
    person = person_of(claimed.handle)
    key = f"{claimed.handle.hex()} {known(request, person.email) if person else ''}"
    tried = ratelimit.consume(request, app="allauth.account", action="passkey", key=key)
    if tried is None:
        return None, _("Too many tries. Wait a few minutes, then try again.")
    if person is None or not lets_in(person, claimed, asked, here(request)):
        return None, _wrong()
    tried.rollback()
    return person, ""


def _refused(request: HttpRequest, wrong: str, to: str) -> HttpResponse:
    if request.session.session_key:  # else nothing was asked: whoever sends such is kept no session
        request.session[WRONG] = wrong
    response = redirect(to)
    wanted = get_next_redirect_url(request)
    if wanted and to == "account_login":
        response["Location"] += f"?{urlencode({'next': wanted})}"
    return response


def _wrong() -> str:
    return _("This passkey does not sign you in here. Try again, or sign in without it.")
