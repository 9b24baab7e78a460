"""Identities of one's accounts, and their signatures."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teczka.actions.accounts import account_of
from teczka.actions.identities import add_identity, drop_identity, ensure_identities, save_identity
from teczka.store.queries.identities import Sender, sender, senders
from teczka.web.compose.document import with_its_looks
from teczka.web.compose.written import WrittenForm
from teczka.web.requests import Request, allowed, found
from teczka.web.said import Said, said, say


class IdentityForm(WrittenForm):
    name = forms.CharField(
        label=_("Your name"), help_text=_("Empty: the account's own."), required=False, max_length=200
    )
    address = forms.EmailField(label=_("Address"), max_length=254)
    reply_to = forms.EmailField(
        label=_("Answers to"), help_text=_("Empty: to the address above."), required=False, max_length=254
    )


@require_safe
def identity_list(request: Request) -> HttpResponse:
    ensure_identities(request.user)
    accounts: dict[UUID, list[Sender]] = {}
    for one in senders(request.user):
        accounts.setdefault(one.account, []).append(one)
    return render(request, "compose/identities.html", {"accounts": list(accounts.values()), "said": said(request)})


@with_its_looks
@require_http_methods(["GET", "HEAD", "POST"])
def identity_add(request: Request, account_id: UUID) -> HttpResponse:
    account = allowed(account_of, request.user, account_id)
    form = IdentityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        allowed(add_identity, request.user, account_id, **_told(form))
        say(request, Said.SAVED)
        return redirect("identity_list")
    return render(request, "compose/identity.html", {"form": form, "account_name": account.provider_name})


@with_its_looks
@require_http_methods(["GET", "HEAD", "POST"])
def identity_edit(request: Request, identity_id: UUID) -> HttpResponse:
    one = found(sender(request.user, identity_id))
    form = IdentityForm(
        request.POST or None, initial={"name": one.name, "address": one.address, "reply_to": one.reply_to}
    )
    form.fields["address"].disabled = one.first
    if request.method == "POST" and form.is_valid():
        allowed(save_identity, request.user, identity_id, **_told(form))
        say(request, Said.SAVED)
        return redirect("identity_list")
    written = {"written": mark_safe(one.signature_html), "plain_text": one.signature_text}  # noqa: S308  made safe when it was saved
    return render(
        request, "compose/identity.html", {"form": form, "one": one, "account_name": one.account_name} | written
    )


@require_POST
def identity_drop(request: Request, identity_id: UUID) -> HttpResponse:
    allowed(drop_identity, request.user, identity_id)
    return redirect("identity_list")


def _told(form: IdentityForm) -> dict[str, Any]:
    told = form.cleaned_data
    return {"name": told["name"], "address": told["address"], "reply_to": told["reply_to"], "signature": form.page()}
