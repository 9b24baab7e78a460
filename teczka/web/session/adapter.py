"""allauth, closed: people are added by the office, so nobody signs up, and no page talks of it."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    error_messages: ClassVar = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail address or the password is wrong."),
        "too_many_login_attempts": _("Too many tries. Wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The page that follows says enough: no "signed in as"."""

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponseBase:
        """Back to the form, which says no more of a closed account than of a wrong password."""
        return redirect("account_login")
