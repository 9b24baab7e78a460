"""The forms of an external account: its address, and then everything else, filled in with what was found."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.forms.boundfield import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from teczka.core.accounts import Endpoint, Mode, NewAccount, Protocol
from teczka.core.policy import Policy
from teczka.web.accounts.colours import COLOURS

# A name or an address, no URL. Whether we may connect there is the egress gate's business.
HOST = RegexValidator(r"\A[\w.\-]+\Z|\A[0-9a-fA-F:.]+\Z", _("Type the server's name alone, such as imap.example.com."))
SECURITY = [("tls", _("from the start")), ("starttls", "STARTTLS")]
PROTOCOLS = [(Protocol.IMAP.value, "IMAP"), (Protocol.POP3.value, "POP3")]
MODES = [
    (Mode.READ_ONLY.value, _("Read only: nothing is ever changed on the server, not even what is read")),
    (Mode.MANAGED.value, _("Managed: what you do here is done on the server too")),
]
SERVERS = {
    "imap": (_("Incoming server (IMAP)"), "imap.example.com", {"tls": 993, "starttls": 143}),
    "pop3": (_("Incoming server (POP3)"), "pop3.example.com", {"tls": 995, "starttls": 110}),
    "smtp": (_("Outgoing server (SMTP)"), "smtp.example.com", {"tls": 465, "starttls": 587}),
}
APP_PASSWORD_LETTERS = 16  # Google's: letters alone, shown in fours
LATIN = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}


class AddressForm(forms.Form):
    address = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email", "autofocus": True}),
    )


@dataclass(frozen=True, slots=True)
class ServerFields:
    """One server's part of the form, for the page."""

    kind: str  # imap | pop3 | smtp
    title: str
    host: BoundField
    port: BoundField
    security: BoundField
    tls: BoundField

    @property
    def wrong(self) -> bool:
        return any(field.errors for field in (self.host, self.port, self.security, self.tls))


class AccountForm(forms.Form):
    """Everything of an account. Servers of both protocols stand in it; the chosen one's count."""

    address = forms.EmailField(label=_("E-mail address"), max_length=254, widget=forms.EmailInput(LATIN))
    password = forms.CharField(
        label=_("Password of the mailbox"),
        required=False,
        strip=False,
        max_length=1000,
        # Never given back to the browser. Told "off", Firefox fills in the one for Teczka.
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    insist = forms.BooleanField(label=_("It is right; try it all the same"), required=False)
    provider_name = forms.CharField(
        label=_("Provider (the account's name)"),
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
    protocol = forms.ChoiceField(
        label=_("Protocol"), choices=PROTOCOLS, initial=Protocol.IMAP, widget=forms.RadioSelect
    )
    username = forms.CharField(
        label=_("User name"),
        help_text=_("Empty: the e-mail address."),
        required=False,
        max_length=254,
        widget=forms.TextInput(LATIN),
    )
    smtp_username = forms.CharField(
        label=_("User name for sending"),
        help_text=_("Empty: the same."),
        required=False,
        max_length=254,
        widget=forms.TextInput(LATIN),
    )
    mode = forms.ChoiceField(label=_("Mode"), choices=MODES, initial=Mode.READ_ONLY, widget=forms.RadioSelect)
    agreed = forms.BooleanField(label=_("These are the servers of my provider"))  # only where their names deceive
    found = forms.CharField(required=False, widget=forms.HiddenInput)  # sealed: web/accounts/found.py
    offer = forms.UUIDField(required=False, widget=forms.HiddenInput)  # what an administrator prepared

    def __init__(
        self,
        *args: Any,
        policy: Policy,
        password_kind: str = "account",  # noqa: S107  a kind
        needs_password: bool = True,
        deceptive: bool = False,
        **kwargs: Any,
    ) -> None:
        self._policy = policy
        self._needs_password = needs_password
        self.password_kind = password_kind
        super().__init__(*args, **kwargs)
        for kind in SERVERS:
            self.fields |= _server_fields(kind, may_be_plain=bool(policy.plain_hosts))
        label, help_text = PASSWORDS[password_kind]
        self.fields["password"].label, self.fields["password"].help_text = label, help_text
        if not needs_password:
            self.fields["password"].help_text = _("Empty: the one that is there stays.")
        if password_kind != "google":  # noqa: S105
            del self.fields["insist"]
        if not deceptive:
            del self.fields["agreed"]

    @property
    def servers(self) -> Iterator[ServerFields]:
        for kind, (title, _example, _ports) in SERVERS.items():
            parts = (self[f"{kind}_{part}"] for part in ("host", "port", "security", "tls"))
            yield ServerFields(kind, str(title), *parts)

    @property
    def advanced_is_wrong(self) -> bool:
        return any(server.wrong for server in self.servers) or bool(self["username"].errors)

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = self.cleaned_data
        incoming = told.get("protocol", Protocol.IMAP)
        for kind in (incoming, "smtp"):
            self._clean_server(kind, required=kind == incoming)
        self._clean_password()
        return told

    def _clean_server(self, kind: str, *, required: bool) -> None:
        told = self.cleaned_data
        host = told.get(f"{kind}_host")
        if not host and f"{kind}_host" not in self.errors and required:
            self.add_error(f"{kind}_host", self.fields[f"{kind}_host"].error_messages["required"])
        if not host:
            return
        told[f"{kind}_host"] = host = host.strip().rstrip(".").lower()
        if not told[f"{kind}_tls"]:
            if not self._policy.allows_plain(host):
                self.add_error(f"{kind}_tls", gettext("Your office allows no unencrypted connection to this server."))
            told[f"{kind}_security"] = "plain"
        if f"{kind}_port" not in self.errors and not told.get(f"{kind}_port"):
            ports = SERVERS[kind][2]
            told[f"{kind}_port"] = ports.get(told.get(f"{kind}_security", "tls"), ports["starttls"])

    def _clean_password(self) -> None:
        told = self.cleaned_data
        password = told.get("password", "")
        if not password and self._needs_password:
            self.add_error("password", self.fields["password"].error_messages["required"])
        if self.password_kind != "google" or not password:  # noqa: S105
            return
        letters = "".join(password.split())
        if len(letters) == APP_PASSWORD_LETTERS and letters.isalpha():
            told["password"] = letters  # Google shows it in fours
        elif not told.get("insist"):
            self.add_error(
                "password",
                gettext(
                    "This does not look like an app password: it has 16 letters. Google's usual password is refused here."
                ),
            )

    def account(self) -> NewAccount:
        told: dict[str, Any] = self.cleaned_data
        protocol = Protocol(told["protocol"])
        return NewAccount(
            address=told["address"],
            username=told["username"] or told["address"],
            password=told["password"],
            incoming=self._endpoint(protocol),
            outgoing=self._endpoint("smtp") if told["smtp_host"] else None,
            provider_name=told["provider_name"],
            sender_name=told["sender_name"],
            protocol=protocol,
            mode=Mode(told["mode"]),
            smtp_username=told["smtp_username"],
        )

    def _endpoint(self, kind: str) -> Endpoint:
        told = self.cleaned_data
        return Endpoint(told[f"{kind}_host"], told[f"{kind}_port"], told[f"{kind}_security"])


class EditForm(AccountForm):
    colour = forms.TypedChoiceField(
        label=_("Colour"), choices=list(enumerate(COLOURS)), coerce=int, widget=forms.RadioSelect
    )
    in_unified = forms.BooleanField(label=_("Show its mail in All inboxes"), required=False)


# What the password field wants, by a provider's password_kind; "google" is an app password of Google's form.
PASSWORDS = {
    "account": (_("Password of the mailbox"), _("It is kept encrypted.")),
    "app": (
        _("App password"),
        _("Not your usual password: one that the provider makes for this program. It is kept encrypted."),
    ),
    "google": (
        _("App password (16 letters)"),
        _("Not your usual password: one that Google makes for this program. Spaces do not matter."),
    ),
    "mail_only": (
        _("Password for mail programs"),
        _("At this provider it is another than that of the web site. It is kept encrypted."),
    ),
    "bridge": (_("Password from Proton Mail Bridge"), _("Bridge makes it; the one of the account is refused.")),
}


def _server_fields(kind: str, *, may_be_plain: bool) -> dict[str, forms.Field]:
    _title, example, ports = SERVERS[kind]
    return {
        f"{kind}_host": forms.CharField(
            label=_("Server"),
            help_text=_("Empty: mail is not sent from this account.") if kind == "smtp" else "",
            required=False,
            max_length=253,
            validators=[HOST],
            widget=forms.TextInput({**LATIN, "inputmode": "url", "placeholder": example}),
        ),
        f"{kind}_port": forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, required=False),
        f"{kind}_security": forms.ChoiceField(
            label=_("Encryption"),
            choices=SECURITY,
            initial="tls",
            widget=forms.Select({"data-ports": json.dumps(ports)}),
        ),
        f"{kind}_tls": forms.BooleanField(
            label=_("TLS"),
            help_text="" if may_be_plain else _("Always on: no password leaves unencrypted."),
            initial=True,
            required=False,
            disabled=not may_be_plain,
        ),
    }
