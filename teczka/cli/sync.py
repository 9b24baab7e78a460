"""`teczka sync --account ID`: one pass over one account. A running keeper is asked; else this process speaks for the account.
Status 1 where it did not bring everything: also where a folder was left out, or a message did not come whole."""

import argparse
import sys
import time
from typing import Any
from uuid import UUID

from teczka.actions.asking import ask
from teczka.actions.fetch import fetch_alone
from teczka.cli.account import account_of
from teczka.cli.house import Refused, complain, house, parser, show, told
from teczka.core.errors import Problem
from teczka.core.problems import in_words
from teczka.store.models import Account, FetchRequest
from teczka.store.queries.accounts import stored
from teczka.store.viewer import as_user

LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 5.0  # before the account is found to be free after all
QUIET_SECONDS = 1800.0  # in which nothing of the account changes, before it is said that nobody answers


def main(argv: list[str]) -> int:
    options = parser("sync", "One pass over one account, to its end.")
    options.add_argument("--account", required=True, type=UUID, metavar="ID")
    options.add_argument("--json", action="store_true", help="one JSON document: counts, bytes, seconds per phase")
    chosen = options.parse_args(argv)
    return told(lambda: _sync(chosen))


def _sync(chosen: argparse.Namespace) -> int:
    with house():
        account = account_of(chosen.account)
        if account.office.restored_at:
            raise Refused(
                "The office was restored, and its accounts wait: `teczka restore --connect` lets them connect."
            )
        report = _pass(account)
    if chosen.json:
        show(report)
    else:
        sys.stdout.write(f"{report['messages']} new messages, {report['bytes']} bytes, {report['folders']} folders\n")
    for trouble in (report["stopped"], *report["problems"]):
        if trouble:
            complain(in_words(Problem.from_json(trouble)))
    return 1 if report["stopped"] or report["problems"] else 0


def _pass(account: Account) -> dict[str, Any]:
    """By this process, unless somebody speaks for the account; where they end before they answer, by this process again."""
    request, before, since = None, None, time.monotonic()
    while True:
        if report := fetch_alone(account):
            return report.as_json()
        request = request or ask(account)
        if (answer := _answer(account, request)) is not None:
            return answer
        if (now := _standing(account)) != before:
            before, since = now, time.monotonic()
        elif time.monotonic() - since > QUIET_SECONDS:
            raise Refused(
                "Whoever speaks for this account does not answer: a running `teczka run` says why in its log."
            )


def _standing(account: Account) -> tuple[object, ...]:
    """Changes as long as somebody fetches its mail."""
    with as_user(account.owner_id):
        account.refresh_from_db(fields=["state", "trouble", "last_contact_at"])
        return account.state, account.trouble, account.last_contact_at, stored(account.pk)


def _answer(account: Account, request: FetchRequest) -> dict[str, Any] | None:
    """None where there is none after a while."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with as_user(account.owner_id):
            request.refresh_from_db()
        if request.done_at is not None:
            return request.report or {}
        time.sleep(LOOK_SECONDS)
    return None
