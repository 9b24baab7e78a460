"""What somebody is told of how they sign in until they say that they know, each browser by itself: whoever has their password could say so
in their place, and would, before they came in again.

It proves nothing else: a cookie for each person and thing, signed, with when that happened of which they know.
"""

from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from teczka.store.models import User

SHOWN = timedelta(days=30)
LIFTED, CHANGED = "second_factor_lifted_at", "sign_in_changed_at"  # columns of a person's row


def untold(request: HttpRequest, user: User) -> list[str]:
    """Which of both happened lately, and this browser's person has not said that they know of it."""
    return [what for what in (LIFTED, CHANGED) if _lately(user, what) and not _known(request, user, what)]


def note(response: HttpResponse, user: User, what: str) -> HttpResponse:
    """In this browser they know of it. What happens later is told again."""
    if _lately(user, what):
        response.set_cookie(
            _name(user, what),
            _signer(user, what).sign(_when(user, what)),
            max_age=SHOWN,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite=settings.SESSION_COOKIE_SAMESITE,
        )
    return response


def _lately(user: User, what: str) -> bool:
    at = getattr(user, what)
    return at is not None and timezone.now() - at < SHOWN


def _known(request: HttpRequest, user: User, what: str) -> bool:
    try:
        return _signer(user, what).unsign(request.COOKIES.get(_name(user, what), "")) == _when(user, what)
    except BadSignature:
        return False


def _when(user: User, what: str) -> str:
    return str(getattr(user, what).timestamp())


def _name(user: User, what: str) -> str:
    return f"{what}-{user.public_id.hex}"


def _signer(user: User, what: str) -> Signer:
    return Signer(salt=f"noted {what} {user.public_id}")
