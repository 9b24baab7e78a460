"""Rules as their owners write them, and mail that they meet."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone

from teczka.core.rules import rule_from
from teczka.store.models import Account, Folder, Message, Rule, User
from teczka.store.viewer import as_user
from tests.web.mailroom import store

COURT: dict[str, Any] = {"field": "sender", "op": "domain", "value": ["sad.gov.pl"]}
EVERYTHING: dict[str, Any] = {"field": "size", "op": "over", "value": 1}


def make_rule(
    owner: User, *then: dict[str, Any], when: dict[str, Any] | None = None, name: str = "Reguła", **fields: object
) -> Rule:
    """The last in their order; of all mail if not told."""
    told = {"all": [EVERYTHING]} if when is None else when if "field" not in when else {"all": [when]}
    rule_from(name, told, list(then))
    with as_user(owner.pk):
        last = Rule.objects.filter(owner=owner).aggregate(last=Max("position"))["last"] or 0
        columns = {"name": name, "when": told, "then": list(then), "position": last + 1} | fields
        return Rule.objects.create(office_id=owner.office_id, owner=owner, **columns)


def opened(account: Account, before: timedelta = timedelta(days=1)) -> Account:
    """Its account was added so long ago: what comes now is new."""
    with as_user(account.owner_id):
        Account.objects.filter(pk=account.pk).update(created_at=timezone.now() - before)
    return account


def receive(
    folder: Folder,
    name: str,
    subject: str = "Pismo",
    sender: str = "biuro@sad.gov.pl",
    *,
    at: datetime | None = None,
    answers: str = "",
    **more: bool,
) -> Message:
    """A letter that comes now, and is read."""
    head = f"From: <{sender}>\r\nTo: anna@kancelaria-lipowa.example\r\nSubject: {subject}\r\nMessage-ID: <{name}@sad.gov.pl>\r\n"
    head += f"References: <{answers}@sad.gov.pl>\r\n" if answers else ""
    raw = f"{head}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nTreść {name}.\r\n".encode()
    return store(folder, raw, at or timezone.now(), **more)
