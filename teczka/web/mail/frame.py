"""The wall around a message: its own document with its own policy (P8). Sanitising was the first wall, the sandbox is the third."""

from typing import TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from teczka.mime.preview import document
from teczka.web.requests import Request

Page = TypeVar("Page", bound=HttpResponseBase)

SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"


def pictures(request: HttpRequest) -> str:
    """Messages' own parts alone: a path, not 'self', so that an address in a mail reaches no other page of ours."""
    return f"{request.build_absolute_uri('/messages/')} data:"


def framed(request: HttpRequest, html: str, kind: str) -> HttpResponse:
    """`html` was made safe when the message was read; `kind` is html or text."""
    images = pictures(request)
    return wall(HttpResponse(document(html, plain=kind == "text", images=images)), images, "style-src 'unsafe-inline'")


def wall(response: Page, images: str, styles: str, sandbox: str = SANDBOX) -> Page:
    """No script, no connection, no form. `images` and `styles` are what the policy says of them."""
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; {styles}; img-src {images}; form-action 'none'; base-uri 'none';"
        f" frame-ancestors 'self'; sandbox {sandbox}"
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
