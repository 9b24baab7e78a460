"""Sign-in sessions, for what stays open longer than a request."""

import json
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.http import HttpRequest

from teczka.store.events import PAGES
from teczka.store.models.people import User

SessionStore: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore


def signed_in(session_key: str) -> UUID | None:
    """The public id of whoever this session belongs to, by Django's own judgement: it has not expired, the person is active, the
    password is still the one they signed in with."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    user = get_user(request)
    return user.public_id if isinstance(user, User) and user.is_active else None


def look_again(user: UUID) -> None:
    """A session of this person ended, or may have: whoever streams to them asks whether they are still signed in, once this commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [PAGES, json.dumps({"users": [str(user)], "sessions": True})])


def announce_end(instance: Any, **_: object) -> None:
    """A session's row went, in whatever way: every process that streams to its owner looks again."""
    user_id = instance.get_decoded().get("_auth_user_id")
    public_id = User.objects.filter(pk=user_id).values_list("public_id", flat=True).first() if user_id else None
    if public_id:
        look_again(public_id)
