"""The wizard's first step: an address, from which the rest is found, or the way that somebody chooses instead."""

from collections.abc import Generator, Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from teczka.actions.discovery import discover, stop
from teczka.actions.lookup import look_up_offline
from teczka.actions.oauth import to_add
from teczka.core.accounts import Auth
from teczka.core.discovery import Found, Outcome, Step
from teczka.core.errors import Problem
from teczka.store.queries.oauth import registrations
from teczka.store.queries.policy import room
from teczka.web.accounts.details import details, ways_in
from teczka.web.accounts.forms import AddressForm
from teczka.web.accounts.found import WHERE, account_with, by_password
from teczka.web.accounts.oauth import leave
from teczka.web.problems import Told, tell
from teczka.web.requests import Request
from teczka.web.unfolding import unfold

OUTCOMES = {
    Outcome.FOUND: ("good", "check", _("found")),
    Outcome.NOTHING: ("skipped", "minus", _("nothing there")),
    Outcome.FAILED: ("skipped", "minus", _("no answer")),
    Outcome.ASKING: ("asking", "search", _("asking…")),
}


@require_http_methods(["GET", "HEAD", "POST"])
def account_add(request: Request) -> HttpResponseBase:
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _go_on(request, form.cleaned_data["address"], request.POST.get("by", ""))
    return _first_page(request, form)


def _go_on(request: Request, address: str, by: str) -> HttpResponseBase:
    if by == "cancel":
        stop(request.user)
        return _first_page(request, AddressForm(initial={"address": address}))
    if by in {Auth.MICROSOFT, Auth.GOOGLE}:
        return leave(request, to_add(account_with(Auth(by), address, request.user.name), Auth(by)))
    try:
        usual = look_up_offline(address)
        if by == "hand":
            return render(request, "accounts/details.html", details(request, by_password(usual), by_hand=True))
        return _search(request, address, discover(request.user, address))
    except Problem as problem:
        return _first_page(request, AddressForm(request.POST), tell(problem.trouble, problem.params, unsaved=True))


def _search(request: Request, address: str, search: Iterator[Step | Found]) -> HttpResponseBase:
    def work() -> Generator[str, None, str]:
        for step in search:
            if isinstance(step, Found):
                return render_to_string("accounts/details.html#outcome", details(request, step), request)
            yield _line(step)
        return ""  # another search of the same person has taken its place

    lead = gettext("Looking for the servers of %(address)s") % {"address": address}
    page = {"title": gettext("Add account"), "count": gettext("Step 2 of 2"), "lead": lead, "cancel": address}
    return unfold(request, "accounts/work.html", page, work())


def _line(step: Step) -> SafeString:
    kind, icon, outcome = OUTCOMES[step.outcome]
    context = {"kind": kind, "icon": icon, "where": WHERE[step.source], "subject": step.subject, "outcome": outcome}
    return render_to_string("accounts/asked.html", context)


def _first_page(request: Request, form: AddressForm, told: Told | None = None) -> HttpResponse:
    there, limit = room(request.user)
    ways = [
        (Auth.MICROSOFT, "log-in", gettext("Sign in with Microsoft"), gettext("recommended for Microsoft accounts")),
        (Auth.GOOGLE, "log-in", gettext("Sign in with Google"), ""),
    ]
    known = registrations(request.user)
    context: dict[str, Any] = {
        "title": gettext("Add account"),
        "count": gettext("Step 1 of 2"),
        "form": form,
        "told": told,
        "room": there < limit,
        "ways": [way for way in ways if way[0] in known],
    } | ways_in(request, (Auth.MICROSOFT, Auth.PASSWORD))
    return render(request, "accounts/add.html", context)
