"""External accounts: the list and adding one."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from teczka.actions.accounts import add_account
from teczka.core.errors import AlreadyThere, Problem
from teczka.store.queries.accounts import accounts
from teczka.store.queries.folders import first_inbox
from teczka.web.accounts.forms import AccountForm
from teczka.web.mail.tree import tree
from teczka.web.problems import tell
from teczka.web.requests import Request

# Which field a failed step points at, so that the focus lands where the mending is done.
FIELD_OF_STEP = {"address": "host", "connect": "host", "tls": "security", "greeting": "port", "signin": "password"}


@require_safe
def account_list(request: Request) -> HttpResponse:
    lines = [
        (line, tell(line.trouble, line.trouble_params, line.trouble_detail) if line.trouble else None)
        for line in accounts(request.user)
    ]
    return render(request, "accounts/list.html", {"accounts": lines, "branches": tree(request.user)})


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def account_add(request: Request) -> HttpResponse:
    form = AccountForm(request.POST or None, initial={"sender_name": request.user.name})
    told = None
    if request.method == "POST" and form.is_valid():
        try:
            account = add_account(request.user, form.account())
        except Problem as problem:
            told = tell(problem.trouble, problem.params, problem.detail)
            form.fields[FIELD_OF_STEP.get(problem.trouble.step, "password")].widget.attrs["autofocus"] = True
        except AlreadyThere:
            form.add_error("address", _("You have this account already."))
        else:
            inbox = first_inbox(request.user, account.pk)
            return redirect("folder", inbox) if inbox else redirect("account_list")
    return render(request, "accounts/add.html", {"form": form, "told": told, "branches": tree(request.user)})
