"""How this Teczka is doing: what is done beside all else, and should be known of. And the word that lets a restored office connect."""

from collections.abc import Callable, Iterator

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from teczka.actions.restore import connect_again
from teczka.web.office import health_backup, health_disk, health_extraction, health_packs, health_search
from teczka.web.office.access import for_administrators
from teczka.web.office.health_line import Line
from teczka.web.requests import Request
from teczka.web.said import Said, said, say

# Each a module web/office/health_….py; they stand on the page in this order.
PARTS: tuple[Callable[[], Iterator[Line]], ...] = (
    health_disk.lines,
    health_backup.lines,
    health_packs.lines,
    health_search.lines,
    health_extraction.lines,
)


@for_administrators
@require_safe
def office_health(request: Request) -> HttpResponse:
    lines = [line for part in PARTS for line in part()]
    return render(request, "office/health.html", {"lines": lines, "said": said(request)})


@for_administrators
@require_POST
def office_connect(request: Request) -> HttpResponse:
    connect_again(request.user)
    say(request, Said.CONNECTED)
    return redirect("office_health")
