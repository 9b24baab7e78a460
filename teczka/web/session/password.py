"""How a password is chosen: for the first time, or another."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def new_password(label: Any) -> forms.CharField:
    """`label`: translated when it is shown."""
    return forms.CharField(
        label=label,
        help_text=_("At least 10 characters. A sentence is easiest to remember."),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
