"""What Microsoft and Google know this installation as: entered by an office's administrators, used whenever one of its people signs in."""

from dataclasses import dataclass, field
from datetime import date

from teczka.actions.audit import note
from teczka.actions.secrets import open_client_secret, seal_client_secret
from teczka.core.accounts import Auth
from teczka.core.audit import Verb
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.oauth import ADMINISTRATORS, PROVIDERS, Client
from teczka.store import clients
from teczka.store.models import OAuthClient, User
from teczka.store.secrets import SecretBroken
from teczka.store.viewer import as_user


@dataclass(frozen=True, slots=True)
class NewClient:
    client_id: str
    secret: str = field(repr=False)  # empty: the one that is there
    tenant: str = ""
    secret_ends_on: date | None = None


def client_of(office_id: int, auth: Auth) -> Client:
    """Within `as_user(anybody of the office)`. Raises Problem where no administrator has entered one, or its secret cannot be opened."""
    provider = PROVIDERS[auth]
    row = OAuthClient.objects.filter(office_id=office_id, provider=auth).first()
    if row is None:
        raise Problem(Trouble.OAUTH_MISSING, provider=provider.name)
    try:
        return Client(provider, row.client_id, open_client_secret(row), row.tenant)
    except SecretBroken as broken:
        raise Problem(Trouble.SECRET_BROKEN) from broken


def save_client(actor: User, auth: Auth, new: NewClient) -> None:
    """Accounts that waited for it are tried again. Raises NotAllowed."""
    _check(actor)
    with as_user(actor.pk):
        row = OAuthClient.objects.filter(office_id=actor.office_id, provider=auth).first()
        row = row or OAuthClient(office_id=actor.office_id, provider=auth)
        row.client_id, row.tenant, row.secret_ends_on = new.client_id, new.tenant, new.secret_ends_on
        row.trouble, row.trouble_since = "", None
        if new.secret:
            seal_client_secret(row, new.secret)
        row.save()
        clients.mended(auth)
        note(actor, Verb.OFFICE_CHANGE, [])


def remove_client(actor: User, auth: Auth) -> None:
    """Accounts that are signed in by it go on until their access tokens end. Raises NotAllowed."""
    _check(actor)
    with as_user(actor.pk):
        OAuthClient.objects.filter(office_id=actor.office_id, provider=auth).delete()
        note(actor, Verb.OFFICE_CHANGE, [])


def tell_office(auth: Auth, problem: Problem | None) -> None:
    """Within `as_user`: leaves word where the office's administrators look (web/office/oauth.py), of what only they can mend and that it
    is mended."""
    said = problem.trouble.value if problem and problem.trouble in ADMINISTRATORS else ""
    if problem is None or said:
        clients.troubled(auth, said)


def _check(actor: User) -> None:
    if not actor.is_administrator:
        raise NotAllowed
