"""The unified inbox: its page, its rows, and which accounts it is made of."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from teczka.actions.accounts import show_in_unified
from teczka.store.queries.unified import inboxes
from teczka.web.mail.folders import list_page, list_rows
from teczka.web.mail.listing import of_inboxes
from teczka.web.mail.tree import tree
from teczka.web.requests import Request


@require_safe
def unified(request: Request) -> HttpResponse:
    branches = tree(request.user)
    return list_page(request, branches, of_inboxes(branches.inboxes))


@require_safe
def unified_rows(request: Request) -> HttpResponse:
    return list_rows(request, of_inboxes(inboxes(request.user)))


@require_http_methods(["GET", "HEAD", "POST"])
def unified_accounts(request: Request) -> HttpResponse:
    known = inboxes(request.user)
    if request.method == "POST":
        asked = request.POST.getlist("account")
        for inbox in known:
            show_in_unified(request.user, inbox.account, str(inbox.account) in asked)
        return redirect("unified")
    return render(request, "mail/unified_accounts.html", {"inboxes": known})
