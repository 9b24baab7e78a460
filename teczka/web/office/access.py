"""The administrators' pages. To everybody else they do not exist: the answer is the same 404 (P7)."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpResponseBase

from teczka.core.errors import NotAllowed
from teczka.web.requests import Request

P = ParamSpec("P")
Page = Callable[Concatenate[Request, P], HttpResponseBase]


def for_administrators(page: Page[P]) -> Page[P]:
    """The outermost decorator. What an action refuses even an administrator (another office's things) is not there either."""

    @wraps(page)
    def guarded(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_administrator:
            raise Http404
        try:
            return page(request, *args, **kwargs)
        except NotAllowed:
            raise Http404 from None

    return guarded
