"""Every page is private unless it says otherwise (`login_not_required`), and leaves no copy behind in the browser."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from teczka.store.models import User

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def before_second_factor(view: View) -> View:
    """For pages that are shown even to those who owe their office a second step of signing in."""
    view.before_second_factor = True  # type: ignore[attr-defined]
    return view


class Private(LoginRequiredMiddleware):
    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = cast("HttpResponseBase", super().__call__(request))
        # After signing out, Back must not show mail again: nothing is kept unless the page names a time itself.
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        refused = super().process_view(request, view, args, kwargs)
        owes = isinstance(request.user, User) and request.user.owes_second_factor
        open_to_all = not getattr(view, "login_required", True) or getattr(view, "before_second_factor", False)
        return redirect("second_factor_set_up") if owes and not open_to_all else refused
