"""The cast of characters. Every page and action meets them all.

Anna owns the mail. Bartek is a coworker she shared with, Celina one she did not. Dorota is the office's administrator.
Edward works in another office. Felicja is in the teams of Anna's cases. Grzegorz worked for the office, and may no longer sign in.
"""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.utils import timezone

from teczka.core.people import Role
from teczka.store.models import Account, Folder, Office, User
from teczka.store.viewer import as_user


@dataclass(frozen=True)
class Cast:
    office: Office
    anna: User
    bartek: User
    celina: User
    dorota: User
    other_office: Office
    edward: User
    felicja: User
    grzegorz: User

    @property
    def strangers(self) -> list[User]:
        """Whoever must see nothing of Anna's mail unless it was shared with them. Felicja, who must not either, is tests/web/access's."""
        return [self.bartek, self.celina, self.dorota, self.edward]


def make_cast() -> Cast:
    """In two statements: most tests begin with it."""
    office, other = Office.objects.bulk_create([Office(name="Kancelaria Lipowa"), Office(name="Kancelaria Dębowa")])
    anna, bartek, celina, dorota, edward, felicja, grzegorz = User.objects.bulk_create(
        [
            *(_person(office, name) for name in ("Anna Lipowska", "Bartek Nowy", "Celina Cicha")),
            _person(office, "Dorota Zarządna", Role.ADMINISTRATOR),
            _person(other, "Edward Obcy", Role.ADMINISTRATOR),
            _person(office, "Felicja Zespolona"),
            _person(office, "Grzegorz Dawny", is_active=False),
        ]
    )
    return Cast(office, anna, bartek, celina, dorota, other, edward, felicja, grzegorz)


def today(office: Office) -> date:
    """As its people see it: in Greenwich it is still yesterday for an hour or two."""
    return timezone.localdate(timezone=ZoneInfo(office.timezone))


def make_account(owner: User, address: str = "anna@kancelaria-lipowa.example", **fields: object) -> Account:
    """An account's row without a server behind it."""
    values = {
        "provider_name": "Poczta kancelarii",
        "sender_name": owner.name,
        "address": address,
        "host": "127.0.0.1",
        "port": 993,
        "security": "tls",
        "username": address,
    }
    with as_user(owner.pk):
        return Account.objects.create(office=owner.office, owner=owner, **(values | fields))


def now(account: Account) -> Account:
    """Its row as it stands."""
    with as_user(account.owner_id):
        return Account.objects.get(pk=account.pk)


def make_folder(account: Account, path: str = "INBOX", role: str = "inbox") -> Folder:
    with as_user(account.owner_id):
        return Folder.objects.create(
            office_id=account.office_id,
            owner_id=account.owner_id,
            account=account,
            wire_name=path.encode(),
            path=path,
            delimiter="/",
            role=role,
            uidvalidity=1,
        )


def _person(office: Office, name: str, role: Role = Role.MEMBER, is_active: bool = True) -> User:
    first = name.split()[0].lower()
    email = f"{first}@{'obca' if first == 'edward' else 'lipowa'}.example"
    person = User(email=email, office=office, name=name, role=role, is_active=is_active)
    person.set_unusable_password()
    return person
