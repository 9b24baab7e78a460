"""Sign-in sessions: each request's, and those of what stays open longer than a request."""

import json
from typing import Any
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from teczka.store.connections import planned_once
from teczka.store.events import PAGES
from teczka.store.models.people import User
from teczka.store.statements import value_of

_KEPT = "SELECT session_data FROM django_session WHERE session_key = %(key)s AND expire_date > %(now)s"


class SessionStore(db.SessionStore):
    """Django's, that is read by a statement which is planned once a connection: it is the first of every request."""

    def load(self) -> dict[str, Any]:
        found = planned_once(_KEPT, {"key": self.session_key, "now": timezone.now()})
        if not found:
            self._session_key = None
            return {}
        kept: dict[str, Any] = self.decode(found[0][0])
        return kept


def signed_in(session_key: str) -> UUID | None:
    """The public id of whoever this session belongs to, by Django's own judgement: it has not expired, the person is active, the
    password is still the one they signed in with. Nobody, where they owe their office a second step of signing in: they see no page."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    user = get_user(request)
    inside = isinstance(user, User) and user.is_active and not user.owes_second_factor
    return user.public_id if isinstance(user, User) and inside else None


def look_again(user: UUID) -> None:
    """A session of this person ended, or may have: whoever streams to them asks whether they are still signed in, once this commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [PAGES, json.dumps({"users": [str(user)], "sessions": True})])


def end_sessions(user: User) -> None:
    """Wherever this person is signed in, or is about to be: by what was looked at before this commits nobody comes in, however long it took
    from then until there was a session. For that, whoever lets somebody in reads their row first, and then what proves who they are. No
    session is searched for: what lies there of them lets nobody in, and goes when it would have expired."""
    counted = "UPDATE store_user SET sessions_ended = sessions_ended + 1 WHERE id = %s RETURNING sessions_ended"
    user.sessions_ended = value_of(counted, [user.pk])
    look_again(user.public_id)


def stay_alone(user: User, session: SessionBase) -> None:
    """This session is the only one of its person from now on, and has another key: a copy of the old one's cookie is worth nothing. It goes
    with the password that they have now."""
    end_sessions(user)
    session.cycle_key()
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()


def take(session: SessionBase, name: str) -> Any:
    """What this session keeps under the name, once: of two requests that come at the same time one gets it, the other None."""
    session.pop(name, None)
    with transaction.atomic():
        rows = Session.objects.select_for_update().filter(expire_date__gt=timezone.now())
        row = rows.filter(session_key=session.session_key).first()
        held = row.get_decoded() if row else {}
        taken = held.pop(name, None)
        if row and taken is not None:
            row.session_data = session.encode(held)
            row.save(update_fields=["session_data"])
        return taken


def others(user: User, session: SessionBase) -> int:
    """In how many sessions beside this one the person is signed in: those that were ended lie there and let nobody in. Only what is in a
    session tells whose it is: all that have not expired are opened."""
    good = user.get_session_auth_hash()
    beside = Session.objects.filter(expire_date__gt=timezone.now()).exclude(session_key=session.session_key)
    opened = (one.get_decoded() for one in beside.iterator())
    return sum(held.get(SESSION_KEY) == str(user.pk) and held.get(HASH_SESSION_KEY) == good for held in opened)


def forget_expired() -> None:
    """Nobody is told: a stream of such a session finds out by itself."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_session WHERE expire_date <= %s", [timezone.now()])


def announce_end(instance: Any, **_: object) -> None:
    """A session's row went, in whatever way: every process that streams to its owner looks again."""
    user_id = instance.get_decoded().get(SESSION_KEY)
    public_id = User.objects.filter(pk=user_id).values_list("public_id", flat=True).first() if user_id else None
    if public_id:
        look_again(public_id)
