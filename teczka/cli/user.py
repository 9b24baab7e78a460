"""`teczka user add EMAIL --name NAME`: people, from the machine's keeper's hand; and `teczka user second-factor-off EMAIL` lets somebody
sign in by their password alone who lost the app and the backup codes, or a device with a passkey."""

import argparse
import sys

from django.utils.translation import override

from teczka.actions.people import add_user, make_first_office
from teczka.actions.second_factor import lift_by_keeper
from teczka.cli.house import Refused, house, parser, show, told
from teczka.core.errors import NotAllowed
from teczka.core.people import Role
from teczka.store.models import Office, User


def main(argv: list[str]) -> int:
    options = parser("user", "Add a person to the office, or turn somebody's two-step verification off.")
    options.add_argument("verb", choices=["add", "second-factor-off"])
    options.add_argument("email")
    options.add_argument("--name", default="", help="what the person is called, who is added")
    options.add_argument("--admin", action="store_true", help="an administrator of the office")
    options.add_argument(
        "--password-stdin", action="store_true", help="the password is the first line of standard input"
    )
    options.add_argument("--office", default="", help="the office's name, where there are several or none yet")
    chosen = options.parse_args(argv)
    return told(lambda: _add(chosen) if chosen.verb == "add" else _lift(chosen.email))


def _add(chosen: argparse.Namespace) -> int:
    password = sys.stdin.readline().rstrip("\n") if chosen.password_stdin else None
    name = chosen.name.strip()
    if not name:
        raise Refused("Say what the person is called with --name.")
    with house(), override("en"):
        if User.objects.filter(email__iexact=chosen.email).exists():
            raise Refused(f"Somebody signs in as {chosen.email} already.")
        role = Role.ADMINISTRATOR if chosen.admin else Role.MEMBER
        user = add_user(_office(chosen.office), chosen.email, name, password, role)
        show({"id": str(user.public_id), "email": user.email, "office": user.office.name})
    return 0


def _lift(email: str) -> int:
    with house():
        try:
            user = lift_by_keeper(email)
        except NotAllowed:
            raise Refused(f"Nobody signs in as {email} by a second factor.") from None
        show({"id": str(user.public_id), "email": user.email, "second_factor": False})
    return 0


def _office(name: str) -> Office:
    """The one that was named, else the only one. The first person of all makes the office that they name."""
    offices = list(Office.objects.filter(name=name) if name else Office.objects.all()[:2])
    if len(offices) == 1:
        return offices[0]
    if name and (made := make_first_office(name)):
        return made
    raise Refused(
        "Say which office with --office NAME." if offices or name else "There is no office yet: --office NAME."
    )
