"""The plain form of an external account."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from teczka.core.accounts import Endpoint, NewAccount

SECURITY = [("tls", _("TLS (usually port 993)")), ("starttls", _("STARTTLS (usually port 143)"))]
# A name or an address, no URL. Whether we may connect there is the egress gate's business.
HOST = RegexValidator(r"\A[\w.\-]+\Z|\A[0-9a-fA-F:.]+\Z", _("Type the server's name alone, such as imap.example.com."))


class AccountForm(forms.Form):
    address = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "off"})
    )
    password = forms.CharField(
        label=_("Password of the mailbox"),
        help_text=_("Many providers want an app password here. It is kept encrypted."),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "off"}),  # never given back to the browser
    )
    provider_name = forms.CharField(
        label=_("Provider"),
        help_text=_("What you call this account. Empty: the address's domain."),
        required=False,
        max_length=100,
    )
    sender_name = forms.CharField(
        label=_("Your name"),
        help_text=_("Stands in From of what you send."),
        required=False,
        max_length=200,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    host = forms.CharField(
        label=_("Incoming server (IMAP)"),
        max_length=253,
        validators=[HOST],
        widget=forms.TextInput(
            {"inputmode": "url", "autocapitalize": "none", "spellcheck": "false", "placeholder": "imap.example.com"}
        ),
    )
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=993)
    security = forms.ChoiceField(label=_("Encryption"), choices=SECURITY, initial="tls")
    username = forms.CharField(
        label=_("User name"),
        help_text=_("Empty: the e-mail address."),
        required=False,
        max_length=254,
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_host(self) -> str:
        host: str = self.cleaned_data["host"]
        return host.strip().rstrip(".").lower()

    def account(self) -> NewAccount:
        told: dict[str, Any] = self.cleaned_data
        return NewAccount(
            address=told["address"],
            username=told["username"] or told["address"],
            password=told["password"],
            incoming=Endpoint(told["host"], told["port"], told["security"]),
            provider_name=told["provider_name"],
            sender_name=told["sender_name"],
        )
