"""`teczka export --account ID --to DIR [--as mbox|maildir]`: every message byte for byte, with a manifest of where each lay, or as other
programs read it. Status 1 where messages are known to be missing: damaged, not come whole, or of a folder whose first download has not
ended. What came to the server since the last pass nobody knows."""

import argparse
import sys
from pathlib import Path
from uuid import UUID

from teczka.actions.export import export_account
from teczka.actions.mail_export import Form, Leaving, export_folder
from teczka.cli.account import account_of
from teczka.cli.house import Refused, complain, house, parser, show, told
from teczka.core.problems import SENTENCES, fill
from teczka.store.models import Account
from teczka.store.packs.format import PackDamaged
from teczka.store.queries.unfetched import folders_under_way, unfetched_of


def main(argv: list[str]) -> int:
    options = parser("export", "Write every message of an account to files, with manifest.jsonl beside them.")
    options.add_argument("--account", required=True, type=UUID, metavar="ID")
    options.add_argument(
        "--to", required=True, type=Path, metavar="DIR", help="a folder that is not there yet, or empty"
    )
    options.add_argument(
        "--as", dest="form", choices=[form.value for form in Form], help="a .mbox for each folder, or a Maildir"
    )
    options.add_argument("--json", action="store_true", help="one JSON document: messages, placements, bytes")
    chosen = options.parse_args(argv)
    return told(lambda: _export(chosen))


def _export(chosen: argparse.Namespace) -> int:
    with house():
        account = account_of(chosen.account)
        try:
            counted, missing = _written(account, chosen)
        except FileExistsError as there:
            raise Refused(f"{chosen.to} is there already and not an empty folder.") from there
        except PackDamaged as damaged:
            raise Refused(
                f"Nothing was exported: a message is damaged ({damaged}). `teczka verify` tells which."
            ) from damaged
        except OSError as failed:
            raise Refused(f"Nothing was exported: {failed.strerror} ({failed.filename or chosen.to}).") from failed
        unfetched = unfetched_of(account.owner, account.pk)
        under_way = folders_under_way(account.owner, account.pk)
    counted["unfetched"] = sum(one.count for one in unfetched)
    for lost in missing:
        complain(f"Damaged or lost, and left out: {lost}. `teczka verify` tells what to do.")
    for one in unfetched:
        problem = one.problem
        complain(f"{fill(SENTENCES[problem.trouble][0], problem.params)} What has not come is not in this export.")
    for path in under_way:
        complain(f"The folder “{path}” has not come to its end: what has not come is not in this export.")
    if chosen.json:
        show({**counted, "left_out": missing})
    else:
        sys.stdout.write(f"{counted['messages']} messages, {counted['bytes']} bytes in {chosen.to}\n")
    return 1 if missing or unfetched or under_way else 0


def _written(account: Account, chosen: argparse.Namespace) -> tuple[dict[str, int], list[str]]:
    """Counts, and what is missing: ids of messages, with their folders where it is written by folders."""
    to = chosen.to.absolute()
    if not chosen.form:
        return export_account(account.owner, account, to)
    leaving = Leaving(account.owner, account.public_id, Form(chosen.form))
    return export_folder(leaving, to), leaving.missing
