"""allauth, closed: people are added by the office, so nobody signs up, and no page talks of it."""

import time
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from teczka.store.models import User
from teczka.web.session.door import remember_office
from teczka.web.session.known import known, remember
from teczka.web.session.noted import untold

CAME = "came"  # in a session: when its person signed in, in seconds since 1970


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    error_messages: ClassVar = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail address or the password is wrong."),
        "too_many_login_attempts": _("Too many tries. Wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The page that follows says enough: no "signed in as"."""

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """What tries are counted by. allauth has the host's name in it, which whoever guesses may write with another port each time. Who is
        signed in and says their password again (web/session/security.py) is kept from it by nobody's guesses at the door."""
        email = credentials["email"].lower()
        return f"{email} {'inside' if request.user.is_authenticated else known(request, email)}"

    def get_login_stages(self) -> list[str]:
        return [
            *super().get_login_stages(),
            "teczka.web.session.second_step.SecondStep",
            "teczka.web.session.by_what.ByWhat",
        ]

    def post_login(self, request: HttpRequest, user: User, **told: Any) -> HttpResponseBase:
        """Whose second step somebody else turned off, or whose ways in were changed, is told so before all else."""
        if untold(request, user):
            told["redirect_url"] = reverse("security")
        response: HttpResponseBase = super().post_login(request, user, **told)
        request.session[CAME] = int(time.time())
        request.session.set_expiry(settings.SESSION_COOKIE_AGE)  # a stranger's may have been brief (challenges.py)
        remember(response, user)
        remember_office(response, user.office)
        return response

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """A closed account's right password is as wrong as any other, and counts as one: whoever has it from elsewhere learns nothing."""
        user: User | None = super().authenticate(request, **credentials)
        if user is None or user.is_active:
            return user
        self.pre_authenticate(request, **credentials)  # counted once more: the try that was right was taken back
        return None

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponseBase:
        """Back to the form, which says no more of a closed account than of a wrong password."""
        return redirect("account_login")
