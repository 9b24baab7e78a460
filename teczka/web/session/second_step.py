"""The second step of signing in. Until it is done nobody is signed in: allauth keeps, in a stranger's session, whose password was right."""

import logging
from collections.abc import Callable
from hashlib import sha256
from typing import Any, cast

from allauth.account.internal.stagekit import clear_login
from allauth.account.stages import LoginStage, LoginStageController
from allauth.core.internal import ratelimit
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from teczka.actions.passkeys import known_to
from teczka.actions.second_factor import note_tries, passes
from teczka.store.models import User
from teczka.store.secrets import SecretBroken
from teczka.web.session.by_what import second
from teczka.web.session.known import known
from teczka.web.session.register import CODE

log = logging.getLogger(__name__)


class SecondStep(LoginStage):  # type: ignore[misc]  # allauth is not typed
    key = "second_factor"
    urlname = "second_factor"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        if self.login.user is None or self.login.user.second_factor_at is None:
            return None, True
        self.state["proved"] = self.login.user.get_session_auth_hash()
        self.request.session.cycle_key()  # whoever planted the session in this browser does not come along
        return redirect(self.urlname), True

    @property
    def stands(self) -> bool:
        """Nothing has become of the person since: no other password, nobody shut them out or turned their second step off, and nothing that
        signs in was taken away, by which they may have come so far."""
        person = self.login.user
        whole = isinstance(person, User) and person.is_active and person.second_factor_at is not None
        return whole and constant_time_compare(self.state.get("proved", ""), person.get_session_auth_hash())


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


@login_not_required
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    stage = half_way(request)
    if stage is None or "other" in request.POST:
        clear_login(request)
        return redirect("account_login")
    person, form = stage.login.user, CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        code = form.cleaned_data["code"]
        wrong = refusal(request, person, lambda: passes(person, code), _wrong())
        if not wrong:
            second(stage.login, CODE)
            return cast("HttpResponse", stage.exit())
        form.add_error("code", wrong)
    told = {"form": form, "email": person.email, "passkeys": bool(known_to(person))}
    return render(request, "session/second_factor.html", told)


def half_way(request: HttpRequest) -> SecondStep | None:
    """Whoever has said their password here, and owes the second step."""
    stage = LoginStageController.enter(request, SecondStep.key)
    return stage if isinstance(stage, SecondStep) and stage.stands else None


def refusal(request: HttpRequest, person: User, passed: Callable[[], bool], wrong: str) -> str:
    """Why what was said lets nobody in, "" where it does. `passed`: whether it is right, asked while tries are left; `wrong`: told where it
    is not."""
    counts = _counts(request, person)
    if not _left(request, {action: key for action, key in counts.items() if action != "second_factor"}):
        return _("Too many tries for one day. Try again tomorrow, or ask your office's administrator for a new link.")
    tried = []
    for action, key in (*counts.items(), ("second_factor_address", "")):
        tried.append(_count(request, action, key))
        if tried[-1] is None:
            return _("Too many tries. Wait a few minutes, then try again.")
    try:
        if passed():
            for one in tried:
                one.rollback()
            return ""
    except SecretBroken as broken:
        log.error("codes at sign-in cannot be checked: no key %s opens what they are made of", broken)
        return _(
            "Codes of your app cannot be checked here any more. Use a backup code, or ask your office's administrator."
        )
    if not _left(request, counts):
        note_tries(person)
    return wrong


def _wrong() -> str:
    return _(
        "This code is wrong, or was used already. Each of them lets you in once. Check that the phone's clock is right."
    )


def _counts(request: HttpRequest, person: User) -> dict[str, str]:
    """What tries are counted by (settings.ACCOUNT_RATE_LIMITS): as those of passwords are (web/session/adapter.py), and by the day as well,
    for whoever got so far has the password. All browsers that are known have one count together beside their own. Another password begins
    them anew: whoever used them up has it no longer."""
    whose = f"{person.email} {sha256(person.get_session_auth_hash().encode()).hexdigest()}"
    mark = known(request, person.email)
    counts = dict.fromkeys(("second_factor", "second_factor_day"), f"{whose} {mark}")
    return counts | {"second_factor_known": whose} if mark else counts


def _count(request: HttpRequest, action: str, key: str, *, dry_run: bool = False) -> Any:
    """None where there were too many."""
    return ratelimit.consume(request, app="allauth.account", action=action, key=key, dry_run=dry_run)


def _left(request: HttpRequest, counts: dict[str, str]) -> bool:
    return all(_count(request, action, key, dry_run=True) for action, key in counts.items())
