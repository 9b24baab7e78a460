"""Whether an office's people can sign in with Microsoft and Google, and what its administrators have to know about that. No secrets."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from teczka.core.accounts import Auth
from teczka.core.errors import Trouble
from teczka.store.models import OAuthClient, User
from teczka.store.viewer import as_user

WARNED = timedelta(days=30)  # before a client's secret ends


@dataclass(frozen=True, slots=True)
class Registration:
    auth: Auth
    client_id: str
    tenant: str
    has_secret: bool
    secret_ends_on: date | None
    trouble: Trouble | None
    trouble_since: datetime | None

    def ended(self, today: date) -> bool:
        return self.secret_ends_on is not None and self.secret_ends_on < today

    def ends_soon(self, today: date) -> bool:
        return self.secret_ends_on is not None and today <= self.secret_ends_on <= today + WARNED

    def wants_mending(self, today: date) -> bool:
        return self.trouble is not None or self.ended(today) or self.ends_soon(today)


def registrations(viewer: User) -> dict[Auth, Registration]:
    """Of the viewer's office, by provider; those that an administrator has entered."""
    with as_user(viewer.pk):
        rows = OAuthClient.objects.filter(office_id=viewer.office_id).defer("ciphertext", "nonce")
        return {Auth(row.provider): _registration(row) for row in rows}


def _registration(row: OAuthClient) -> Registration:
    return Registration(
        Auth(row.provider),
        row.client_id,
        row.tenant,
        bool(row.key_id),
        row.secret_ends_on,
        Trouble(row.trouble) if row.trouble else None,
        row.trouble_since,
    )
