"""Who signs in and out, in the audit: by whatever way, as Django itself tells of it."""

from typing import Any

from teczka.actions.audit import note
from teczka.core.audit import Verb
from teczka.store.models import User


def came(user: User, **_: Any) -> None:
    note(user, Verb.SIGN_IN, [])


def went(user: User | None, **_: Any) -> None:
    if user is not None:
        note(user, Verb.SIGN_OUT, [])
