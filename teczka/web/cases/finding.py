"""All cases that somebody may know of, for the picker and the palette to look through in memory: asked for at each opening, told again
only where anything changed. The page holds them, and the browser keeps no copy (web/session/private.py)."""

import gzip

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import quote_etag
from django.views.decorators.http import condition, require_safe

from teczka.store.queries.case_find import find_lines, find_version
from teczka.web.requests import Request

QUICKLY = 1  # of gzip's levels: a third of the time of its usual one, for a fifth more bytes


def _version(request: HttpRequest) -> str:
    return quote_etag(find_version(request.user))  # type: ignore[arg-type]  # somebody who has signed in


@require_safe
@condition(etag_func=_version)
def case_find(request: Request) -> HttpResponse:
    told = find_lines(request.user).encode()
    packs = "gzip" in request.headers.get("Accept-Encoding", "")
    answer = HttpResponse(gzip.compress(told, QUICKLY) if packs else told, content_type="application/json")
    if packs:
        answer.headers["Content-Encoding"] = "gzip"
    patch_vary_headers(answer, ["Accept-Encoding"])
    return answer
