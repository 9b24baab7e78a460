"""`teczka sync --account ID`: one pass over one account. A running keeper is asked; else this process speaks for the account."""

import argparse
import sys
import time
from typing import Any
from uuid import UUID

from django.db import transaction

from teczka.actions.fetch import fetch_account
from teczka.cli.account import account_of
from teczka.cli.house import complain, house, parser, show, told
from teczka.core.errors import Problem
from teczka.core.problems import in_words
from teczka.store.events import ask_keeper
from teczka.store.leases import Leases
from teczka.store.models import Account, FetchRequest
from teczka.store.viewer import as_user

LOOK_SECONDS = 0.1


def main(argv: list[str]) -> int:
    options = parser("sync", "One pass over one account, to its end.")
    options.add_argument("--account", required=True, type=UUID, metavar="ID")
    options.add_argument("--json", action="store_true", help="one JSON document: counts, bytes, seconds per phase")
    chosen = options.parse_args(argv)
    return told(lambda: _sync(chosen))


def _sync(chosen: argparse.Namespace) -> int:
    with house():
        account = account_of(chosen.account)
        report = _speak(account) or _ask(account)
    if chosen.json:
        show(report)
    else:
        sys.stdout.write(f"{report['messages']} new messages, {report['bytes']} bytes, {report['folders']} folders\n")
    for trouble in (report["stopped"], *report["problems"]):
        if trouble:
            complain(in_words(Problem.from_json(trouble)))
    return 1 if report["stopped"] else 0


def _speak(account: Account) -> dict[str, Any] | None:
    """None where somebody else speaks for the account."""
    leases = Leases()
    try:
        lease = leases.try_take(account.pk)
        return fetch_account(account.pk, account.owner_id, lease).as_json() if lease else None
    finally:
        leases.close()


def _ask(account: Account) -> dict[str, Any]:
    with as_user(account.owner_id), transaction.atomic():
        request = FetchRequest.objects.create(office_id=account.office_id, owner_id=account.owner_id, account=account)
        ask_keeper(account.pk)
    while True:
        with as_user(account.owner_id):
            request.refresh_from_db()
        if request.done_at is not None:
            report: dict[str, Any] = request.report or {}
            return report
        time.sleep(LOOK_SECONDS)
