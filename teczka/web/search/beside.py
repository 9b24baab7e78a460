"""What every page's templates know of searching: the searches of a name beside the folders."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from teczka.store.models import User
from teczka.store.queries.searches import saved_searches
from teczka.web.mail.asked import Asked


def beside(request: HttpRequest) -> dict[str, Any]:
    viewer = getattr(request, "user", None)  # a request that was refused early has none
    if not isinstance(viewer, User):
        return {}
    return {"saved_searches": SimpleLazyObject(lambda: _saved(viewer))}


def _saved(viewer: User) -> list[dict[str, str]]:
    asked = [(one.name, Asked(one.query, one.best)) for one in saved_searches(viewer)]
    return [{"name": name, "url": each.url, "key": each.key} for name, each in asked]
