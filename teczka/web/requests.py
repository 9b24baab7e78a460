"""What a page function is given, and its first beat."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import ProgrammingError
from django.http import Http404, HttpRequest

from teczka.core.errors import NotAllowed
from teczka.store.models import User

P = ParamSpec("P")
T = TypeVar("T")


class Request(HttpRequest):
    """A request of somebody who has signed in: web/session/private.py lets no other through."""

    user: User


def found(thing: T | None) -> T:
    """What a query gave this viewer. What they may not see does not exist: the answer is the same 404 (P7)."""
    if thing is None:
        raise Http404
    return thing


def allowed(act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What an action gave. What its actor may not do, or may not know of, is the same 404; so is what was walled off while they did it,
    where row-level security alone has noticed."""
    try:
        return act(*args, **kwargs)
    except NotAllowed:
        raise Http404 from None
    except ProgrammingError as refused:
        if "row-level security" not in str(refused):
            raise
        raise Http404 from refused
