"""A folder's page, its rows and the tree."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from teczka.store.events import SHARED
from teczka.store.models import User
from teczka.store.queries.accounts import AccountLine
from teczka.store.queries.acts import refused
from teczka.store.queries.comments import mentions
from teczka.store.queries.folders import folder
from teczka.store.queries.listing import block
from teczka.store.queries.shared import count_shared
from teczka.store.queries.unfetched import unfetched_in
from teczka.store.queries.unfiled import count_unfiled
from teczka.web.mail.asked import asked_by_key
from teczka.web.mail.conversation import around
from teczka.web.mail.cursor import read_cursor
from teczka.web.mail.done import of_refused
from teczka.web.mail.listing import Listing, of_folder, of_inboxes, of_shared, of_unfiled
from teczka.web.mail.messages import as_uuid, opened, shown
from teczka.web.mail.roles import uses
from teczka.web.mail.rows import rows_of
from teczka.web.mail.searching import of_search
from teczka.web.mail.strip import strip
from teczka.web.mail.tree import UNFILED, UNIFIED, Tree, tree
from teczka.web.mail.unfetched import missing_of, tell_unfetched
from teczka.web.problems import tell
from teczka.web.requests import Request, found
from teczka.web.said import said

NOTICES = 5  # of mail that is missing, over a list
FARTHEST = 10_000_000  # rows that one request may pass over


@require_safe
def folder_page(request: Request, folder_id: UUID) -> HttpResponse:
    line = found(folder(request.user, folder_id))
    return list_page(request, tree(request.user), of_folder(line), {"folder": line, "uses": uses(line)})


@require_safe
def folder_rows(request: Request, folder_id: UUID) -> HttpResponse:
    return list_rows(request, of_folder(found(folder(request.user, folder_id))))


@require_safe
def folder_tree(request: Request) -> HttpResponse:
    """And how the list stands that is looked at; or, of pages that are no list, the numbers above the tree alone. `had`: the branches that
    the page shows; one that is the same is told by its folders with unread mail alone."""
    if request.GET.get("only") == "desk":
        return render(request, "desk.html")
    branches = tree(request.user, request.GET.get("had", "").split())
    listing = _listing(request.user, branches, request.GET.get("here", ""))
    context = {"tree": branches, "listing": listing, **(_standing(request.user, branches, listing) if listing else {})}
    return render(request, "mail/folder.html#live", context)


def list_page(request: Request, branches: Tree, listing: Listing, more: dict[str, Any] | None = None) -> HttpResponse:
    """The mail page over this list, with the message that was asked for."""
    asked = as_uuid(request.GET.get("m", ""))
    message = opened(request.user, asked) if asked else None
    context = {
        "tree": branches,
        **_standing(request.user, branches, listing),
        "message": shown(message) if message else None,
        "said": said(request) if message else None,
        "strip": strip(request.user, message) if message else None,
        "around": around(request.user, message.text.public_id) if message else None,
        **rows_of(listing, block(request.user, listing.folders, which=listing.which), 0),
        **(more or {}),
    }
    return render(request, "mail/folder.html", context)


def list_rows(request: Request, listing: Listing) -> HttpResponse:
    skip = number(request.GET.get("skip", ""))
    after = read_cursor(request.GET.get("after", ""))
    lines = block(request.user, listing.folders, after, skip, which=listing.which)
    response = render(request, "mail/folder.html#rows", rows_of(listing, lines, skip))
    response.headers["X-Total"] = str(listing.stored)
    return response


def _listing(viewer: User, branches: Tree, here: str) -> Listing | None:
    """What the tree calls so."""
    if here == UNIFIED:
        return of_inboxes(branches.inboxes)
    if here == UNFILED:
        return of_unfiled(branches.inboxes, count_unfiled(viewer))
    if here == SHARED:
        return of_shared(count_shared(viewer))
    if asked := asked_by_key(here):
        return of_search(viewer, asked)
    line = folder(viewer, key) if (key := as_uuid(here)) else None
    return of_folder(line) if line else None


def _standing(viewer: User, branches: Tree, listing: Listing) -> dict[str, Any]:
    """The accounts whose mail is listed; those in trouble, with what is told of it."""
    accounts = branches.accounts_of(listing.folders)
    told = unfetched_in(viewer, listing.folders) if accounts else []
    missing = [(account, one) for account in accounts for one in missing_of(account, told)]
    unheard = [(account, tell_unfetched(one), one) for account, one in missing if not one.heard]
    return {
        "accounts": accounts,
        "troubles": _troubles(accounts),
        "unfetched": bool(missing),
        "notices": unheard[:NOTICES],
        "refused": [of_refused(line) for line in refused(viewer)],
        "fetching": any(one.fetching for one in accounts),
        "mentions": mentions(viewer) if listing.key == SHARED else [],
    }


def _troubles(accounts: Sequence[AccountLine]) -> list[tuple[AccountLine, Any]]:
    return [
        (account, tell(account.trouble, account.trouble_params, account.trouble_detail))
        for account in accounts
        if account.trouble and account.at_work
    ]


def number(text: str) -> int:
    return min(int(text), FARTHEST) if text.isdecimal() and len(text) < 12 else 0
