"""`teczka verify`: every stored message and document against its SHA-256, rows against packs and packs against rows, and the audit's
chains; `--repair` makes anew what only follows from something else. `teczka verify --export PATH`: what `teczka export` wrote, the ZIP of a
case, or the audit's JSON lines, wherever it comes from."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from teczka.actions.export_check import verify_folder
from teczka.actions.verify import Verification, verify_all
from teczka.cli.house import Refused, house, parser, show, told
from teczka.core import audit_file
from teczka.core.audit_file import NoAudit
from teczka.mime import bundle_check
from teczka.mime.bundle_check import NoBundle
from teczka.store.mending import MENDS
from teczka.store.queries.holdings import GRANTS

LOST = (
    "Nothing of it is changed here. Restore the newest backup beside this Teczka (`teczka restore` into another folder), look there with"
    " `teczka verify`, and export the message; or have its server asked again, where that still has it."
)
MENDED = {*MENDS, GRANTS}
# By how the rule begins.
WHAT_TO_DO = {
    "message whose bytes": LOST,
    "letter or file": LOST,
    "document whose bytes": LOST,
    "pack": "Its messages are named one by one above. Look at the disk (smartctl, the kernel's log) before anything else is written to it.",
    "message without a placement": "It is kept, and in no folder. Tell us how it came about: no act of a person and no server does this.",
    "message that was erased": "Erase it again: `teczka erase`. A backup from before brings back what was erased since.",
    "attachment that lies": "`teczka export` has the whole message. A newer version of Teczka reads it again.",
    "entry of the audit": "Somebody changed the database by hand. Compare with an export of the register that was kept elsewhere.",
}


def main(argv: list[str]) -> int:
    options = parser("verify", "Look whether all that is stored is still what was stored. Status 1 where it is not.")
    options.add_argument("--json", action="store_true", help="one JSON document")
    options.add_argument(
        "--export",
        type=Path,
        metavar="PATH",
        help="the folder of an exported account, a case's ZIP or an exported register instead; nothing else is looked at",
    )
    options.add_argument(
        "--repair", action="store_true", help="make anew what only follows from something else; name the rest"
    )
    chosen = options.parse_args(argv)
    return told(lambda: _verify_file(chosen) if chosen.export else _verify(chosen))


def _verify_file(chosen: argparse.Namespace) -> int:
    try:
        found = _exported(chosen.export)
    except (NoBundle, NoAudit, UnicodeDecodeError) as wrong:
        raise Refused(f"{chosen.export} is no export of Teczka's, or not whole: {wrong}.") from wrong
    except OSError as failed:
        raise Refused(f"{chosen.export} cannot be read: {failed.strerror}.") from failed
    clean = not found["faults"]
    if chosen.json:
        show({"clean": clean, **found})
    else:
        for name, value in found.items():
            sys.stdout.write(f"{name}: {value}\n")
        sys.stdout.write("All is as it was exported.\n" if clean else "BAD\n")
    return 0 if clean else 1


def _exported(path: Path) -> dict[str, Any]:
    if path.is_dir():
        return asdict(verify_folder(path))
    if bundle_check.is_bundle(path):
        return asdict(bundle_check.verify(path))
    with path.open(encoding="utf-8") as lines:
        return asdict(audit_file.verify(lines))


def _verify(chosen: argparse.Namespace) -> int:
    with house():
        found = verify_all(repair=chosen.repair)
    if chosen.json:
        what_to_do = {rule: _what_to_do(rule) for rule in found.faults}
        show({"clean": found.clean, **asdict(found), "what_to_do": what_to_do})
    else:
        _print(found)
    return 0 if found.clean else 1


def _what_to_do(rule: str) -> str:
    if rule in MENDED:
        return "`teczka verify --repair` makes it anew from what it follows from."
    return next((words for beginning, words in WHAT_TO_DO.items() if rule.startswith(beginning)), "")


def _print(found: Verification) -> None:
    held = f"{found.messages} messages, {found.letters} letters, {found.documents} documents, {found.bytes} bytes in {found.packs} packs"
    sys.stdout.write(f"{held}, {found.entries} entries of the audit\n")
    for office, (last, its_hash) in found.chains.items():
        sys.stdout.write(f"audit of {office}: entry {last} is the last, {its_hash}\n")
    for rule, broken in found.faults.items():
        sys.stdout.write(f"BAD {rule}: {', '.join(broken)}\n    {_what_to_do(rule)}\n")
    for rule, mended in found.repaired.items():
        sys.stdout.write(f"repaired {rule}: {', '.join(mended)}\n")
    if found.orphans:
        sys.stdout.write(
            f"{len(found.orphans)} packs that nothing lies in: left by a kill, no fault, and gone in a day\n"
        )
    if found.clean:
        sys.stdout.write("All is as it was stored.\n")
