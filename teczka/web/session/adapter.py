"""allauth, closed: people are added by the office, so nobody signs up, and no page talks of it."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The page that follows says enough: no "signed in as"."""

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponseBase:
        """Back to the form, which says no more of a closed account than of a wrong password."""
        return redirect("account_login")
