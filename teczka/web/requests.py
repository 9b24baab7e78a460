"""What a page function is given, and its first beat."""

from typing import TypeVar

from django.http import Http404, HttpRequest

from teczka.store.models import User

T = TypeVar("T")


class Request(HttpRequest):
    """A request of somebody who has signed in: web/session/private.py lets no other through."""

    user: User


def found(thing: T | None) -> T:
    """What a query gave this viewer. What they may not see does not exist: the answer is the same 404 (P7)."""
    if thing is None:
        raise Http404
    return thing
