"""What others share with one: the mail page over a list of its own."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from teczka.store.models import User
from teczka.store.queries.listing import Place
from teczka.store.queries.shared import count_shared, shared_block
from teczka.web.mail.cursor import read_cursor
from teczka.web.mail.folders import list_page, number
from teczka.web.mail.listing import of_shared
from teczka.web.mail.rows import rows_of
from teczka.web.mail.tree import tree
from teczka.web.requests import Request


@require_safe
def shared_list(request: Request) -> HttpResponse:
    rows = _rows(request.user)
    return list_page(request, tree(request.user), rows["listing"], rows)


@require_safe
def shared_rows(request: Request) -> HttpResponse:
    skip = number(request.GET.get("skip", ""))
    rows = _rows(request.user, read_cursor(request.GET.get("after", "")), skip)
    response = render(request, "mail/folder.html#rows", rows)
    response.headers["X-Total"] = str(rows["listing"].stored)
    return response


def _rows(viewer: User, after: Place | None = None, skip: int = 0) -> dict[str, Any]:
    block = shared_block(viewer, after, skip)
    listing = of_shared(count_shared(viewer), {line.folder: owner for line, owner in block})
    return rows_of(listing, [line for line, _ in block], skip)
