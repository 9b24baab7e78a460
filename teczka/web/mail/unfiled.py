"""The queue of mail that waits to be filed: the mail page over a list of its own, each row with the case that it seems to belong to."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from teczka.store.models import User
from teczka.store.queries.filing import named
from teczka.store.queries.listing import MessageLine, Place, block
from teczka.store.queries.suggestions import suggestions
from teczka.store.queries.unfiled import count_unfiled
from teczka.store.queries.unified import inboxes
from teczka.web.mail.cursor import read_cursor
from teczka.web.mail.folders import list_page, number
from teczka.web.mail.listing import Listing, of_unfiled
from teczka.web.mail.rows import rows_of
from teczka.web.mail.tree import tree
from teczka.web.requests import Request


@require_safe
def unfiled(request: Request) -> HttpResponse:
    branches = tree(request.user)
    listing = of_unfiled(branches.inboxes, count_unfiled(request.user))
    return list_page(request, branches, listing, _rows(request.user, listing))


@require_safe
def unfiled_rows(request: Request) -> HttpResponse:
    listing = of_unfiled(inboxes(request.user), count_unfiled(request.user))
    skip = number(request.GET.get("skip", ""))
    rows = _rows(request.user, listing, read_cursor(request.GET.get("after", "")), skip)
    response = render(request, "mail/folder.html#rows", rows)
    response.headers["X-Total"] = str(listing.stored)
    return response


def _rows(viewer: User, listing: Listing, after: Place | None = None, skip: int = 0) -> dict[str, Any]:
    lines = block(viewer, listing.folders, after, skip, which=listing.which)
    return rows_of(listing, lines, skip, _hints(viewer, lines))


def _hints(viewer: User, lines: Sequence[MessageLine]) -> dict[UUID, str]:
    """The case that comes first, for those for which one is suggested."""
    ids = {one.id: one.public_id for one in named(viewer, [line.public_id for line in lines])}
    return {ids[key]: each[0].short for key, each in suggestions(viewer, list(ids)).items()}
