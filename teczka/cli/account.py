"""`teczka account add`, `teczka account list`, `teczka account check`: external accounts."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

from teczka.actions.accounts import accounts_of, add_account
from teczka.actions.check import check_account
from teczka.cli.house import Refused, house, parser, show, told
from teczka.core import providers
from teczka.core.accounts import Endpoint, NewAccount, Protocol
from teczka.core.errors import AlreadyThere, Problem
from teczka.core.ladder import NAMES, Outcome, Rung
from teczka.core.problems import in_words
from teczka.core.refusals import help_with
from teczka.store.models import Account, User
from teczka.store.models.accounts import everyones_accounts
from teczka.store.queries.unfetched import unfetched_of
from teczka.store.viewer import as_user


def main(argv: list[str]) -> int:
    options = parser("account", "External accounts.")
    verbs = options.add_subparsers(dest="verb", required=True)
    adding = verbs.add_parser("add", help="check the connection, then add the account")
    adding.add_argument("--user", required=True, metavar="EMAIL", help="whose account it is")
    adding.add_argument("--address", required=True)
    incoming = adding.add_mutually_exclusive_group(required=True)
    incoming.add_argument("--imap", type=endpoint, metavar="HOST:PORT:tls|starttls")
    incoming.add_argument("--pop3", type=endpoint, metavar="HOST:PORT:tls|starttls")
    adding.add_argument("--smtp", type=endpoint, metavar="HOST:PORT:tls|starttls")
    adding.add_argument("--username", default="", help="default: the address")
    adding.add_argument("--password-stdin", action="store_true", required=True, help="the first line of standard input")
    adding.add_argument("--provider", default="", help="what its owner calls the account")
    adding.add_argument("--sender", default="", help="the display name of From")
    adding.add_argument("--ca-file", type=Path, help="a certificate authority of the office's own (PEM)")
    listing = verbs.add_parser("list", help="the user's accounts")
    listing.add_argument("--user", required=True, metavar="EMAIL")
    checking = verbs.add_parser("check", help="how far its servers let us come, step by step")
    checking.add_argument("account", type=UUID, metavar="ID")
    for verb in (adding, listing, checking):
        verb.add_argument("--data", type=Path, metavar="DIR", help="the data folder (TECZKA_DATA)")
        verb.add_argument("--json", action="store_true", help="one JSON line an account, or a step")
    chosen = options.parse_args(argv)
    acts = {"add": _add, "list": _list, "check": _check}
    return told(lambda: acts[chosen.verb](chosen))


def endpoint(text: str) -> Endpoint:
    host, port, security = text.rsplit(":", 2) if text.count(":") >= 2 else ("", "", "")
    if not host or not port.isdecimal() or security not in {"tls", "starttls"}:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT:tls or HOST:PORT:starttls")
    return Endpoint(host.strip("[]"), int(port), security)


def user_of(email: str) -> User:
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        raise Refused(f"Nobody here has the address {email}.")
    return user


def account_of(public_id: UUID) -> Account:
    """For the machine's keeper, who may name any account; everything else of it is done as its owner."""
    for account_id, owner_id in everyones_accounts():
        with as_user(owner_id):
            account = Account.objects.select_related("owner").filter(pk=account_id, public_id=public_id).first()
        if account:
            return account
    raise Refused(f"There is no account {public_id}.")


def _add(chosen: argparse.Namespace) -> int:
    known = providers.by_domain(chosen.address.rpartition("@")[2].lower())
    new = NewAccount(
        address=chosen.address,
        username=chosen.username or chosen.address,
        password=sys.stdin.readline().rstrip("\n"),
        incoming=chosen.imap or chosen.pop3,
        outgoing=chosen.smtp,
        provider_name=chosen.provider,
        sender_name=chosen.sender,
        ca_pem=_authority(chosen.ca_file),
        protocol=Protocol.POP3 if chosen.pop3 else Protocol.IMAP,
        provider=known.id if known else "",
    )
    rungs: list[Rung] = []
    with house():
        try:
            account = add_account(user_of(chosen.user), new, told=rungs.append)
        except AlreadyThere as there:
            raise Refused(f"The account {there} is there already.") from there
        except Problem as problem:
            raise Refused(_step_of(problem, rungs) + in_words(problem, unsaved=True)) from problem
        show({"id": str(account.public_id)})
    return 0


def _step_of(problem: Problem, rungs: list[Rung]) -> str:
    """As it stands before the sentence; "" where no server was at fault."""
    broken = (rung for rung in rungs if rung.problem is problem)
    return next((f"{rung.server.upper()}, {NAMES[rung.step].lower()}: " for rung in broken), "")


def _check(chosen: argparse.Namespace) -> int:
    """1 where a server does not let us in."""
    failed = False
    with house():
        account = account_of(chosen.account)
        provider = providers.by_id(account.provider)
        for rung in check_account(account.owner, account.public_id):
            failed = failed or rung.outcome is Outcome.FAILED
            said = in_words(rung.problem) if rung.problem else ""
            help_ = help_with(rung.problem, provider) if rung.problem else None
            if chosen.json:
                show(rung.as_json() | {"said": said, "help": asdict(help_) if help_ else None})
                continue
            advice = f" {provider.name}: {help_.texts['en']} {help_.url}" if provider and help_ else ""
            sys.stdout.write(
                f"{rung.outcome:8}{rung.server:5} {NAMES[rung.step]}{': ' if said else ''}{said}{advice}\n"
            )
            sys.stdout.flush()
    return int(failed)


def _authority(file: Path | None) -> str:
    try:
        return file.read_text("ascii") if file else ""
    except (OSError, UnicodeDecodeError) as unreadable:
        raise Refused(f"{file} cannot be read as a certificate (PEM): {unreadable}.") from unreadable


def _list(chosen: argparse.Namespace) -> int:
    with house():
        for account in accounts_of(user_of(chosen.user)):
            if chosen.json:
                show(_told(account))
            else:
                state = "paused" if account.paused_at else account.state
                sys.stdout.write(f"{account.public_id}  {account.address}  {account.provider_name}  {state}\n")
    return 0


def _told(account: Account) -> dict[str, object]:
    return {
        "id": account.public_id,
        "address": account.address,
        "provider": account.provider_name,
        "sender": account.sender_name,
        "protocol": account.protocol,
        "mode": account.mode,
        "server": f"{account.host}:{account.port}:{account.security}",
        "state": account.state,
        "paused": account.paused_at is not None,
        "trouble": account.trouble or None,
        "unfetched": sum(one.count for one in unfetched_of(account.owner, account.pk)),
        "last_contact": account.last_contact_at.isoformat() if account.last_contact_at else None,
    }
