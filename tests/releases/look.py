"""On the data that the settings name: whether everything is well and every page answers, to each of its people."""

import json
import sys
from typing import Any

from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from teczka.actions.secrets import open_password
from teczka.actions.verify import verify_all
from teczka.cli.house import house
from teczka.store.models import Account, Case, Folder, Message, Rule, Secret, User
from teczka.store.viewer import as_user

PLAIN = (
    "unified",
    "unfiled",
    "shared_list",
    "case_list",
    "tasks",
    "outbox",
    "rule_list",
    "account_list",
    "own_settings",
)
OF_OFFICE = ("office_people", "office_policy", "office_audit", "office_health", "office_numbers")
OF_THINGS: dict[Any, tuple[str, str]] = {
    Folder: ("folder", "folder_id"),
    Message: ("message", "message_id"),
    Case: ("case", "case_id"),
}


def look() -> int:
    """Prints one JSON document."""
    with house():
        call_command("collectstatic", interactive=False, verbosity=0)
        verified = verify_all()
        told = {"clean": verified.clean, "faults": verified.faults, "messages": verified.messages}
        told |= {"pages": {}, "passwords": []}
        for person in User.objects.filter(is_active=True).order_by("id"):
            _as(person, told)
    sys.stdout.write(json.dumps(told, default=str) + "\n")
    return 0


def _as(person: User, told: dict[str, Any]) -> None:
    client = Client(SERVER_NAME="localhost")
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    for address in _addresses(person):
        told["pages"][f"{person.email} {address}"] = client.get(address, follow=True).status_code
    with as_user(person.pk):
        for secret in Secret.objects.all():
            told["passwords"].append(open_password(Account.objects.get(pk=secret.account_id)))


def _addresses(person: User) -> list[str]:
    names = PLAIN + (OF_OFFICE if person.is_administrator else ())
    found = [reverse(name) for name in names]
    with as_user(person.pk):
        for model, (name, parameter) in OF_THINGS.items():
            own = model.objects.all() if model is Case else model.objects.filter(owner=person)
            found += [reverse(name, kwargs={parameter: one.public_id}) for one in own[:3]]
        found += [reverse("rule", kwargs={"rule_id": rule.public_id}) for rule in Rule.objects.filter(owner=person)]
    return found
