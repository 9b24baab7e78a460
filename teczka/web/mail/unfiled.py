"""The queue of mail that waits to be filed: the mail page over a list of its own."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from teczka.store.queries.unfiled import count_unfiled
from teczka.store.queries.unified import inboxes
from teczka.web.mail.folders import list_page, list_rows
from teczka.web.mail.listing import of_unfiled
from teczka.web.mail.tree import tree
from teczka.web.requests import Request


@require_safe
def unfiled(request: Request) -> HttpResponse:
    branches = tree(request.user)
    return list_page(request, branches, of_unfiled(branches.inboxes, count_unfiled(request.user)))


@require_safe
def unfiled_rows(request: Request) -> HttpResponse:
    return list_rows(request, of_unfiled(inboxes(request.user), count_unfiled(request.user)))
