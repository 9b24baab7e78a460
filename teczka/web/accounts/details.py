"""The wizard's second step: the password, the names, and everything that was found, folded; then the connection is tried."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from teczka.actions.accounts import add_account
from teczka.actions.manners import opens_at
from teczka.actions.oauth import to_add
from teczka.core.accounts import Auth
from teczka.core.discovery import Found, Service, Source
from teczka.core.ladder import Rung, Step, failure
from teczka.store.models import Account
from teczka.store.queries.folders import first_inbox
from teczka.store.queries.oauth import registrations
from teczka.store.queries.offers import offer_for
from teczka.store.queries.people import administrators
from teczka.store.queries.policy import policy
from teczka.web.accounts import found as told_about
from teczka.web.accounts.forms import AccountForm
from teczka.web.accounts.ladder import SERVER_STEPS, focus
from teczka.web.accounts.oauth import leave
from teczka.web.accounts.trying import Trial, try_out
from teczka.web.problems import tell
from teczka.web.requests import Request, allowed

WITH = {Auth.MICROSOFT: "Microsoft", Auth.GOOGLE: "Google"}


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def account_details(request: Request) -> HttpResponseBase:
    found = told_about.unseal(request.POST.get("found", ""))
    if found is None:
        return redirect("account_add")
    by = request.POST.get("by", "")
    form = _form(request, found, by_password=by not in WITH)
    if not form.is_valid():
        return render(request, "accounts/details.html", details(request, found, form))
    if by in WITH:
        new = replace(form.account(), provider=found.provider, username=found.address, smtp_username="")
        return leave(request, to_add(new, Auth(by), form.cleaned_data["offer"]))
    return try_out(request, _trial(request, found, form))


@require_safe
def account_offer(request: Request, offer_id: UUID) -> HttpResponse:
    """What an administrator prepared: only the password is missing."""
    offer = allowed(offer_for, request.user, offer_id)
    context = details(request, told_about.of_offer(offer))
    context["form"].initial |= {"offer": offer.public_id, "provider_name": offer.provider_name}
    return render(request, "accounts/details.html", context)


def details(
    request: Request, found: Found, form: AccountForm | None = None, *, by_hand: bool = False
) -> dict[str, Any]:
    open_ = by_hand or found.source is Source.BY_HAND
    ways = told_about.ways(found)
    context: dict[str, Any] = {
        "title": _("Add account"),
        "count": _("Step 2 of 2"),
        "form": form or _form(request, found),
        "found": found,
        "where": told_about.where(found),
        "trust": told_about.trust(found),
        "lookalikes": told_about.lookalikes(found),
        "foreign": found.confirm,
        "help": told_about.help_of(found),
        "public": _public(request, found),
        "unfound": found.source is Source.BY_HAND and not by_hand,
        "both": open_ or bool(found.of(Service.IMAP) and found.of(Service.POP3)),
        "open": open_,
        "signin": "password" if Auth.PASSWORD in ways else "",
        "refused": told_about.refuses_passwords(found),
    } | ways_in(request, ways)
    if form is None and not context["with"]:
        context["form"].fields["password"].widget.attrs["autofocus"] = True
    return context


def _public(request: Request, found: Found) -> str:
    """The provider's name, where the office has a word to say about those who serve everybody."""
    provider = told_about.provider_of(found)
    return provider.name if provider and provider.id in policy(request.user).public_providers else ""


def ways_in(request: Request, ways: Collection[Auth]) -> dict[str, list[Any]]:
    """With whom one can sign in; with whom else one could if only the office had registered for it, and who can do that. Google lets in
    by app passwords, too."""
    known = registrations(request.user)
    missing = [auth for auth in ways if auth in WITH and auth not in known]
    if Auth.PASSWORD in ways:
        missing = [auth for auth in missing if auth is Auth.MICROSOFT]
    return {
        "with": [(auth.value, WITH[auth]) for auth in ways if auth in WITH and auth in known],
        "missing": [(auth.value, WITH[auth]) for auth in missing],
        "administrators": administrators(request.user) if missing else [],
    }


def _form(request: Request, found: Found, *, by_password: bool = True) -> AccountForm:
    return AccountForm(
        request.POST if "found" in request.POST else None,
        initial=told_about.initial(found) | {"sender_name": request.user.name},
        policy=policy(request.user),
        password_kind=told_about.password_kind(told_about.provider_of(found)),
        needs_password=by_password,
        deceptive=bool(told_about.lookalikes(found)),
    )


def _trial(request: Request, found: Found, form: AccountForm) -> Trial:
    new = replace(form.account(), provider=found.provider)
    beside = told_about.compare(found, new)

    def again(refused: dict[str, Any]) -> SafeString:
        focus(form, refused)
        opened = {"open": refused.get("step") in SERVER_STEPS, "compare": beside}
        context = details(request, found, form) | refused | opened
        return render_to_string("accounts/details.html#outcome", context, request)

    return Trial(
        new=new,
        title=_("Add account"),
        climb=lambda told: add_account(request.user, new, form.cleaned_data["offer"], told),
        done=lambda account, rungs: _added(request, account, rungs),
        again=again,
        rows=tuple(line.row for line in beside),
    )


def _added(request: Request, account: Account, rungs: list[Rung]) -> SafeString:
    """Its outgoing server may not have let us in: that keeps nobody from reading."""
    sending = failure(rungs, Service.SMTP)
    context = {
        "account": account,
        "waiting": next((rung.facts.get("messages") for rung in rungs if rung.step in {Step.FOLDERS, Step.DROP}), None),
        "opens_at": opens_at(account),
        "inbox": first_inbox(request.user, account.pk),
        "told": tell(sending.trouble, sending.params, sending.detail) if sending else None,
    }
    return render_to_string("accounts/added.html", context, request)
