"""Signing in to Teczka with Microsoft or Google: a person connects who they are there, and whoever comes back as that is signed in.

Known is what the provider calls somebody for good, never an address: those are given to others, and some anybody may claim. A visit to the
provider is kept in the session of the browser that began it, comes back once, and within ten minutes. Of tokens nothing is kept.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Self

from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError
from django.utils.crypto import constant_time_compare

from teczka.actions.clients import client_of
from teczka.actions.gate import gate
from teczka.actions.oauth import Return, check_return
from teczka.actions.own_sign_in import changed, locked
from teczka.core.accounts import Auth
from teczka.core.audit import Verb
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.oauth import CHOOSING, PROVIDERS, Client, Identity
from teczka.remote.oauth import Authorization, authorize, prove
from teczka.store import provider_identities
from teczka.store.models import ProviderIdentity, User
from teczka.store.sessions import stay_alone
from teczka.store.viewer import as_user


@dataclass(frozen=True, slots=True)
class Visit:
    """`proved`: the session's hash of whoever connects it, who has said their password; empty where somebody signs in. The one is never
    good for the other."""

    auth: Auth
    office: int
    authorization: Authorization
    redirect_uri: str
    began_at: datetime
    proved: str = ""
    onward: str = ""  # where whoever signs in wants to go

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"began_at": self.began_at.isoformat()}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        authorization = Authorization(**told["authorization"])
        began_at = datetime.fromisoformat(told["began_at"])
        return cls(**(told | {"auth": Auth(told["auth"]), "authorization": authorization, "began_at": began_at}))


def ways_in(office: int) -> list[Auth]:
    """By which providers somebody of the office may sign in. Outside `as_user`."""
    return [auth for auth in PROVIDERS if provider_identities.somebody(office, auth) is not None]


def begin_signing_in(office: int, auth: Auth, redirect_uri: str, onward: str) -> tuple[str, Visit]:
    """The address at the provider, and what to remember meanwhile. Raises Problem(OAUTH_MISSING) where nobody can sign in so."""
    url, authorization = _way_out(_client_at_the_door(office, auth), redirect_uri)
    return url, Visit(auth, office, authorization, redirect_uri, datetime.now(UTC), onward=onward)


def begin_connecting(actor: User, auth: Auth, redirect_uri: str) -> tuple[str, Visit]:
    """Of whoever has just said their password. Raises Problem."""
    with as_user(actor.pk):
        client = client_of(actor.office_id, auth)
    url, authorization = _way_out(client, redirect_uri)
    proved = actor.get_session_auth_hash()
    return url, Visit(auth, actor.office_id, authorization, redirect_uri, datetime.now(UTC), proved)


def who_came(visit: Visit, back: Return) -> User:
    """Whom the visit lets in: somebody of the office whose registration was used. Raises Problem(OAUTH_UNKNOWN) where it is nobody."""
    if visit.proved:
        raise Problem(Trouble.OAUTH_STATE, provider=PROVIDERS[visit.auth].name)
    who = _proved(_client_at_the_door(visit.office, visit.auth), visit, back)
    found = provider_identities.known_as(visit.office, visit.auth, who)
    row = None
    if found is not None:
        with as_user(found):
            rows = ProviderIdentity.objects.select_related("owner").filter(owner=found, provider=visit.auth)
            row = rows.filter(issuer=who.issuer, subject=who.subject).first()
    if row is None:
        raise Problem(Trouble.OAUTH_UNKNOWN, provider=PROVIDERS[visit.auth].name)
    return row.owner


def connect(actor: User, visit: Visit, back: Return, session: SessionBase) -> None:
    """From now on the provider signs the actor in, who stays signed in in this session alone.

    Raises Problem: OAUTH_STATE where somebody else began it, or the password is another since, OAUTH_TAKEN where it signs another in. And
    NotAllowed where one is connected already.
    """
    if not visit.proved or not constant_time_compare(visit.proved, actor.get_session_auth_hash()):
        raise Problem(Trouble.OAUTH_STATE, provider=PROVIDERS[visit.auth].name)
    with as_user(actor.pk):
        client = client_of(actor.office_id, visit.auth)
    who = _proved(client, visit, back)
    known = {"provider": visit.auth, "issuer": who.issuer, "subject": who.subject, "address": who.name}
    try:
        with as_user(actor.pk):
            locked(actor)
            if ProviderIdentity.objects.filter(owner=actor, provider=visit.auth).exists():
                raise NotAllowed
            ProviderIdentity.objects.create(office_id=actor.office_id, owner=actor, **known)
            stay_alone(actor, session)
            changed(actor, Verb.PROVIDER_CONNECT)
    except IntegrityError as taken:
        raise Problem(Trouble.OAUTH_TAKEN, provider=client.provider.name) from taken


def disconnect(actor: User, auth: Auth, session: SessionBase) -> None:
    """The actor stays signed in in this session alone: others may have been begun by it. Raises NotAllowed."""
    with as_user(actor.pk):
        locked(actor)
        gone, _ = ProviderIdentity.objects.filter(owner=actor, provider=auth).delete()
        if not gone:
            raise NotAllowed
        stay_alone(actor, session)
        changed(actor, Verb.PROVIDER_DISCONNECT)


def _way_out(client: Client, redirect_uri: str) -> tuple[str, Authorization]:
    return authorize(client, redirect_uri, client.provider.knowing, "", CHOOSING)


def _client_at_the_door(office: int, auth: Auth) -> Client:
    """Nobody has signed in yet: the registration is read as somebody whom it could let in."""
    somebody = provider_identities.somebody(office, auth)
    if somebody is None:
        raise Problem(Trouble.OAUTH_MISSING, provider=PROVIDERS[auth].name)
    with as_user(somebody):
        return client_of(office, auth)


def _proved(client: Client, visit: Visit, back: Return) -> Identity:
    check_return(client, visit.began_at, back)
    return prove(client, visit.authorization, back.code, visit.redirect_uri, gate())
