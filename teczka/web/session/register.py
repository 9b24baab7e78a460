"""Who signs in and out, in the audit: by whatever way, as Django itself tells of it; and by which, where it was said (by_what.py)."""

from typing import Any

from django.http import HttpRequest

from teczka.actions.audit import note
from teczka.core.audit import Verb
from teczka.store.models import User

PASSWORD, PASSKEY, PROVIDER, LINK, DEMO, CODE = "password", "passkey", "provider", "link", "demo", "code"
_SIGN_IN = {
    (PASSWORD,): Verb.SIGN_IN_PASSWORD,
    (PASSWORD, CODE): Verb.SIGN_IN_PASSWORD_CODE,
    (PASSWORD, PASSKEY): Verb.SIGN_IN_PASSWORD_PASSKEY,
    (PASSKEY,): Verb.SIGN_IN_PASSKEY,
    (PROVIDER,): Verb.SIGN_IN_PROVIDER,
    (PROVIDER, CODE): Verb.SIGN_IN_PROVIDER_CODE,
    (PROVIDER, PASSKEY): Verb.SIGN_IN_PROVIDER_PASSKEY,
    (LINK,): Verb.SIGN_IN_LINK,
    (LINK, CODE): Verb.SIGN_IN_LINK_CODE,
}


def came(user: User, request: HttpRequest | None = None, **_: Any) -> None:
    by = tuple(getattr(request, "came_by", ()))
    note(user, _SIGN_IN.get(by, Verb.SIGN_IN), [])


def went(user: User | None, **_: Any) -> None:
    if user is not None:
        note(user, Verb.SIGN_OUT, [])
