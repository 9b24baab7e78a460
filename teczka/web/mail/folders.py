"""A folder's page, its rows and the tree."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from teczka.store.queries.accounts import AccountLine
from teczka.store.queries.folders import folder
from teczka.store.queries.listing import block
from teczka.web.mail.cursor import read_cursor
from teczka.web.mail.messages import as_uuid, opened, shown
from teczka.web.mail.rows import rows_of
from teczka.web.mail.tree import tree
from teczka.web.problems import tell
from teczka.web.requests import Request, found

FARTHEST = 10_000_000  # rows that one request may pass over


@require_safe
def folder_page(request: Request, folder_id: UUID) -> HttpResponse:
    line = found(folder(request.user, folder_id))
    branches = tree(request.user)
    branch = next(branch for branch in branches if branch.account.public_id == line.account)
    asked = as_uuid(request.GET.get("m", ""))
    message = opened(request.user, asked) if asked else None
    context = {
        "branches": branches,
        "leaf": branch.leaf(folder_id),
        **_standing(branch.account),
        "message": shown(message) if message else None,
        **rows_of(line, block(request.user, [line.id]), 0),
    }
    return render(request, "mail/folder.html", context)


@require_safe
def folder_rows(request: Request, folder_id: UUID) -> HttpResponse:
    line = found(folder(request.user, folder_id))
    skip = _number(request.GET.get("skip", ""))
    after = read_cursor(request.GET.get("after", ""))
    lines = block(request.user, [line.id], after, skip)
    response = render(request, "mail/folder.html#rows", rows_of(line, lines, skip))
    response.headers["X-Total"] = str(line.stored)
    return response


@require_safe
def folder_tree(request: Request) -> HttpResponse:
    """And how the folder stands that is looked at."""
    here = as_uuid(request.GET.get("here", ""))
    branches = tree(request.user)
    context: dict[str, Any] = {"branches": branches, "here": here}
    for branch in branches:
        leaf = branch.leaf(here) if here else None
        if leaf:
            context |= {"folder": leaf.folder, **_standing(branch.account)}
    return render(request, "mail/folder.html#live", context)


def _standing(account: AccountLine) -> dict[str, Any]:
    told = tell(account.trouble, account.trouble_params, account.trouble_detail) if account.trouble else None
    return {"account": account, "told": told}


def _number(text: str) -> int:
    return min(int(text), FARTHEST) if text.isdecimal() and len(text) < 12 else 0
