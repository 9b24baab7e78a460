"""`teczka export --account ID --to DIR`: every message byte for byte, and a manifest of where each lay."""

import argparse
import sys
from pathlib import Path
from uuid import UUID

from teczka.actions.export import export_account
from teczka.cli.account import account_of
from teczka.cli.house import Refused, house, parser, show, told
from teczka.store.packs.format import PackDamaged


def main(argv: list[str]) -> int:
    options = parser("export", "Write every message of an account to files, with manifest.jsonl beside them.")
    options.add_argument("--account", required=True, type=UUID, metavar="ID")
    options.add_argument(
        "--to", required=True, type=Path, metavar="DIR", help="a folder that is not there yet, or empty"
    )
    options.add_argument("--json", action="store_true", help="one JSON document: messages, placements, bytes")
    chosen = options.parse_args(argv)
    return told(lambda: _export(chosen))


def _export(chosen: argparse.Namespace) -> int:
    with house():
        account = account_of(chosen.account)
        try:
            counted = export_account(account.owner, account, chosen.to.absolute())
        except FileExistsError as there:
            raise Refused(f"{chosen.to} is there already and not an empty folder.") from there
        except PackDamaged as damaged:
            raise Refused(
                f"Nothing was exported: a message is damaged ({damaged}). `teczka verify` tells which."
            ) from damaged
        except FileNotFoundError as lost:
            raise Refused(f"Nothing was exported: {lost.filename} is lost. `teczka verify` tells more.") from lost
        except OSError as failed:
            raise Refused(f"Nothing was exported: {failed.strerror} ({failed.filename or chosen.to}).") from failed
    if chosen.json:
        show(counted)
    else:
        sys.stdout.write(f"{counted['messages']} messages, {counted['bytes']} bytes in {chosen.to}\n")
    return 0
