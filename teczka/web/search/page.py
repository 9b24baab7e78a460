"""Searching: the mail page over what was found, its rows, and the piece of it that changes with each key."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from teczka.store.queries.search import BLOCK, COUNTED, shown
from teczka.store.viewer import as_user
from teczka.web.mail.asked import asked_of
from teczka.web.mail.folders import list_page, number
from teczka.web.mail.searching import answered, counted, of_rows, of_search
from teczka.web.mail.tree import tree
from teczka.web.requests import Request
from teczka.web.search.rows import found_rows, read_place

# Rows that a key is answered with: more than are seen. The list asks for the rest of a block when the keys rest.
AT_ONCE = 16


@require_safe
def search_page(request: Request) -> HttpResponse:
    asked = asked_of(request.GET)
    dropped = request.GET.get("without", "")
    if dropped.isdecimal() and int(dropped) < len(asked.chips):
        return redirect(asked.chips[int(dropped)].without)
    asked, found = answered(request.user, asked, BLOCK)
    listing = of_search(request.user, asked, found)
    return list_page(request, tree(request.user), listing, found_rows(request.user, listing, asked, found.hits))


@require_safe
def search_live(request: Request) -> HttpResponse:
    """What stands around the rows in one transaction: what begins and ends each query by itself would cost a fifth of the answer."""
    asked, found = answered(request.user, asked_of(request.GET), AT_ONCE)
    with as_user(request.user.pk):
        listing = of_search(request.user, asked, found)
        response = render(request, "search/live.html", found_rows(request.user, listing, asked, found.hits))
    response.headers["X-Total"] = str(listing.stored)
    return response


@require_safe
def search_rows(request: Request) -> HttpResponse:
    """A block of the list. X-Total: how long it is; where hits are not all counted, a block longer than what was seen of it."""
    asked = asked_of(request.GET)
    after, skip = read_place(request.GET.get("after", "")), min(number(request.GET.get("skip", "")), COUNTED)
    keep = read_place(request.GET.get("keep", ""))  # the row of the message that is open, which may be found no longer
    found = shown(request.user, asked.sought, after, skip=skip, best=asked.best, keep=keep)
    seen = number(request.GET.get("at", "")) + found.count
    total = seen + BLOCK * found.more
    if found.more and total < COUNTED:
        total = counted(request.user, asked, keep=keep).count
    response = render(
        request, "mail/folder.html#rows", found_rows(request.user, of_rows(asked), asked, found.hits, skip)
    )
    response.headers["X-Total"] = str(total)
    return response
