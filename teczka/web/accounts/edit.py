"""An account's settings. Whatever decides how we get in is tested before it is saved."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from teczka.actions.accounts import account_of, edit_account
from teczka.actions.lookup import look_up_offline
from teczka.core import providers
from teczka.core.accounts import Auth, Endpoint, NewAccount, Protocol
from teczka.core.errors import Problem
from teczka.core.providers import Provider
from teczka.store.models import Account
from teczka.store.queries.policy import policy
from teczka.web.accounts.archive import archive_edit, is_archive
from teczka.web.accounts.forms import SERVERS, EditForm
from teczka.web.accounts.found import Compared, compare, help_for, password_kind
from teczka.web.accounts.ladder import focus
from teczka.web.accounts.trying import Trial, try_out
from teczka.web.requests import Request, allowed


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def account_edit(request: Request, account_id: UUID) -> HttpResponseBase:
    if is_archive(request, account_id):
        return archive_edit(request, account_id)
    account = allowed(account_of, request.user, account_id)
    provider = providers.by_id(account.provider)
    form = EditForm(
        request.POST or None,
        initial=_initial(account, provider),
        policy=policy(request.user),
        password_kind=password_kind(provider),
        needs_password=False,
    )
    if request.method == "POST" and form.is_valid():
        return try_out(request, _trial(request, account, form))
    return render(request, "accounts/edit.html", _context(account, form))


def _trial(request: Request, account: Account, form: EditForm) -> Trial:
    new = _edited(account, form)
    beside = _published_beside(account, new)

    def again(refused: dict[str, Any]) -> SafeString:
        focus(form, refused)
        context = _context(account, form) | refused | {"compare": beside}
        return render_to_string("accounts/edit.html#outcome", context, request)

    return Trial(
        new=new,
        title=_("Edit account"),
        climb=lambda told: edit_account(request.user, account.public_id, new, told),
        done=lambda saved, rungs: render_to_string("accounts/saved.html", {"account": saved}, request),
        again=again,
        rows=tuple(line.row for line in beside),
    )


def _published_beside(account: Account, new: NewAccount) -> list[Compared]:
    try:
        return compare(look_up_offline(new.address, account.provider), new)
    except Problem:  # an address that nobody can have publishes nothing
        return []


def _edited(account: Account, form: EditForm) -> NewAccount:
    return replace(
        form.account(),
        provider=account.provider,
        auth=Auth(account.auth),
        ca_pem=account.ca_pem,
        colour=form.cleaned_data["colour"],
        in_unified=form.cleaned_data["in_unified"],
    )


def _context(account: Account, form: EditForm) -> dict[str, Any]:
    provider = providers.by_id(account.provider)
    return {
        "title": _("Edit account"),
        "account": account,
        "form": form,
        "signin": account.auth,
        "both": not provider or bool(provider.imap and provider.pop3),
        "help": help_for(provider),
    }


def _initial(account: Account, provider: Provider | None) -> dict[str, Any]:
    """As it stands; servers of the other protocol as its provider has them."""
    told: dict[str, Any] = {
        name: getattr(account, name)
        for name in "address provider_name sender_name protocol mode smtp_username colour in_unified".split()
    }
    told["username"] = "" if account.username == account.address else account.username
    other = Protocol.POP3 if account.protocol == Protocol.IMAP else Protocol.IMAP
    if server := _other_server(account, provider, other):
        told |= _server(other.value, server.host, server.port, server.security)
    told |= _server(account.protocol, account.host, account.port, account.security)
    return told | _server("smtp", account.smtp_host, account.smtp_port, account.smtp_security)


def _other_server(account: Account, provider: Provider | None, other: Protocol) -> Endpoint | None:
    """As the provider has it; of a provider that we do not know, the usual name beside the one that is there."""
    if provider:
        templates = getattr(provider, other.value)
        return templates[0].at(account.address.rpartition("@")[2]) if templates else None
    label, _dot, rest = account.host.partition(".")
    host = f"{other.value}.{rest}" if label in {"imap", "pop3", "pop"} else account.host
    security = "tls" if account.security == "plain" else account.security
    return Endpoint(host, SERVERS[other.value][2][security], security)


def _server(kind: str, host: str, port: int | None, security: str) -> dict[str, Any]:
    plain = security == "plain"
    return {
        f"{kind}_host": host,
        f"{kind}_port": port,
        f"{kind}_security": "starttls" if plain else security or "tls",
        f"{kind}_tls": not plain,
    }
