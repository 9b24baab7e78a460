"""All cases that somebody may know of, for the picker and the palette to look through in memory: asked for at each opening, told again
only where anything changed. The page holds them, and the browser keeps no copy (web/session/private.py)."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import quote_etag
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from teczka.store.queries.case_find import find_lines, find_version
from teczka.web.requests import Request


def _version(request: HttpRequest) -> str:
    return quote_etag(find_version(request.user))  # type: ignore[arg-type]  # somebody who has signed in


@require_safe
@condition(etag_func=_version)
@gzip_page
def case_find(request: Request) -> HttpResponse:
    return HttpResponse(find_lines(request.user), content_type="application/json")
