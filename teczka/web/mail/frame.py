"""The wall around a message: its own document with its own policy (P8). Sanitising was the first wall, the sandbox is the third."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from teczka.mime.preview import document
from teczka.web.requests import Request

SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"


def pictures(request: HttpRequest) -> str:
    """Messages' own parts alone: a path, not 'self', so that an address in a mail reaches no other page of ours."""
    return f"{request.build_absolute_uri('/messages/')} data:"


def framed(request: HttpRequest, html: str, kind: str) -> HttpResponse:
    """`html` was made safe when the message was read; `kind` is html or text. No script, no connection, no form."""
    images = pictures(request)
    response = HttpResponse(document(html, plain=kind == "text", images=images))
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src {images}; form-action 'none'; base-uri 'none';"
        f" frame-ancestors 'self'; sandbox {SANDBOX}"
    )
    response.headers["Referrer-Policy"] = "no-referrer"  # links in a mail tell their host nothing
    # Nor is it looked up before somebody follows one: that tells of the reading.
    response.headers["X-DNS-Prefetch-Control"] = "off"
    return response


@require_safe
@xframe_options_sameorigin
def frame(request: Request) -> HttpResponse:
    """The empty document that stays while messages are put into it: no navigation per message."""
    response = framed(request, "", "text")
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response
