"""How a password is chosen, for the first time or another, and how one's own is said once more."""

from typing import Any, cast

from allauth.account.adapter import get_adapter
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from teczka.store.models import User
from teczka.web.requests import Request


def new_password(label: Any) -> forms.CharField:
    """`label`: translated when it is shown."""
    return forms.CharField(
        label=label,
        help_text=_("At least 10 characters. A sentence is easiest to remember."),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )


class Proof(forms.Form):
    """That whoever sits at the browser is its person."""

    current = forms.CharField(
        label=_("Current password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )

    def __init__(self, data: Any, request: Request) -> None:
        super().__init__(data)
        self._request = request

    def clean_current(self) -> User:
        """The person whom it proves. As at the door, tries are counted: the browser may have been left open."""
        claim = {"email": self._request.user.email, "password": self.cleaned_data["current"]}
        person = get_adapter(self._request).authenticate(self._request, **claim)
        if person is None:
            raise ValidationError(_("This is not your current password."))
        return cast("User", person)
