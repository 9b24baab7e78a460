"""By which browsers a person signed in before. Who knows an address can use up its tries to sign in, and so shut its owner out; a browser
that is known has tries of its own.

It proves no more than that: a cookie for each person, signed, which holds until they choose another password.
"""

from typing import TypeVar

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from teczka.store.models import User

_SECONDS = 365 * 24 * 3600


Response = TypeVar("Response", bound=HttpResponseBase)


def remember(response: Response, user: User) -> Response:
    """This browser, once more where what signs the person in, or their sessions, are others now."""
    response.set_cookie(
        _name(user),
        _signer(user).sign(str(user.public_id)),
        max_age=_SECONDS,
        path=reverse("account_login"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite=settings.SESSION_COOKIE_SAMESITE,
    )
    return response


def known(request: HttpRequest, email: str) -> str:
    """This browser's mark, where whoever has this address signed in by it; else an empty one."""
    user = User.objects.filter(email=email.lower()).first()
    mark = request.COOKIES.get(_name(user), "") if user else ""
    try:
        return mark if user and _signer(user).unsign(mark, max_age=_SECONDS) else ""
    except BadSignature:
        return ""


def _name(user: User) -> str:
    """Each person's own: several may use one browser."""
    return f"known-{user.public_id.hex}"


def _signer(user: User) -> TimestampSigner:
    return TimestampSigner(salt=f"known {user.get_session_auth_hash()}")
