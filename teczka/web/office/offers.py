"""Mailboxes that an administrator prepares for somebody, who alone enters the password."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teczka.actions.offers import drop_offer, offer_account
from teczka.core.accounts import Endpoint, NewAccount, Protocol
from teczka.core.providers import by_domain, by_server
from teczka.store.queries.offers import open_offers
from teczka.store.queries.people import Person
from teczka.web.accounts.forms import HOST
from teczka.web.office.access import for_administrators
from teczka.web.office.accounts import colleagues
from teczka.web.requests import Request
from teczka.web.said import Said, said, say

SECURITIES = [("tls", "TLS"), ("starttls", "STARTTLS")]
NAME = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}


def _host(label: Any, required: bool) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=253, validators=[HOST], widget=forms.TextInput(NAME)
    )


class OfferForm(forms.Form):
    person = forms.ChoiceField(label=_("For whom"))
    address = forms.EmailField(label=_("E-mail address"), max_length=254, widget=forms.EmailInput(NAME))
    provider_name = forms.CharField(
        label=_("Provider"),
        help_text=_("What this account is called. Empty: the address's domain."),
        required=False,
        max_length=100,
    )
    protocol = forms.ChoiceField(label=_("Protocol"), choices=[("imap", "IMAP"), ("pop3", "POP3")])
    host = _host(_("Incoming server"), required=True)
    security = forms.ChoiceField(label=_("Encryption"), choices=SECURITIES)
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=993)
    username = forms.CharField(
        label=_("User name"),
        help_text=_("Empty: the e-mail address."),
        required=False,
        max_length=254,
        widget=forms.TextInput(NAME),
    )
    smtp_host = _host(_("Outgoing server (SMTP)"), required=False)
    smtp_security = forms.ChoiceField(label=_("Encryption"), choices=SECURITIES)
    smtp_port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=465)

    def __init__(self, data: Any, people: list[Person]) -> None:
        super().__init__(data)
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            (str(person.public_id), f"{person.name} <{person.email}>") for person in people
        ]

    def account(self) -> NewAccount:
        told = self.cleaned_data
        provider = by_domain(told["address"].rpartition("@")[2].lower()) or by_server(told["host"].lower())
        outgoing = Endpoint(told["smtp_host"].lower(), told["smtp_port"], told["smtp_security"])
        return NewAccount(
            address=told["address"],
            username=told["username"] or told["address"],
            password="",
            incoming=Endpoint(told["host"].lower(), told["port"], told["security"]),
            outgoing=outgoing if outgoing.host else None,
            provider_name=told["provider_name"],
            protocol=Protocol(told["protocol"]),
            provider=provider.id if provider else "",
        )


@for_administrators
@require_safe
def office_offers(request: Request) -> HttpResponse:
    return render(request, "office/offers.html", {"offers": open_offers(request.user), "said": said(request)})


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def office_offer_add(request: Request) -> HttpResponse:
    form = OfferForm(request.POST or None, colleagues(request))
    if request.method == "POST" and form.is_valid():
        offer_account(request.user, UUID(form.cleaned_data["person"]), form.account())
        say(request, Said.OFFERED)
        return redirect("office_offers")
    return render(request, "office/offer_add.html", {"form": form})


@for_administrators
@require_POST
def office_offer_drop(request: Request, offer_id: UUID) -> HttpResponse:
    drop_offer(request.user, offer_id)
    say(request, Said.TAKEN_BACK)
    return redirect("office_offers")
