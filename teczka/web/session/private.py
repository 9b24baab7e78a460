"""Every page is private unless it says otherwise (`login_not_required`), and leaves no copy behind in the browser."""

from typing import cast

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase


class Private(LoginRequiredMiddleware):
    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = cast("HttpResponseBase", super().__call__(request))
        # After signing out, Back must not show mail again: nothing is kept unless the page names a time itself.
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response
