"""`teczka verify`: every stored message against its SHA-256, rows against packs and packs against rows."""

import argparse
import sys
from dataclasses import asdict

from teczka.actions.verify import Verification, verify_all
from teczka.cli.house import house, parser, show, told


def main(argv: list[str]) -> int:
    options = parser("verify", "Look whether all that is stored is still what was stored. Status 1 where it is not.")
    options.add_argument("--json", action="store_true", help="one JSON document")
    chosen = options.parse_args(argv)
    return told(lambda: _verify(chosen))


def _verify(chosen: argparse.Namespace) -> int:
    with house():
        found = verify_all()
    if chosen.json:
        show({"clean": found.clean, **asdict(found)})
    else:
        _print(found)
    return 0 if found.clean else 1


def _print(found: Verification) -> None:
    held = f"{found.messages} messages, {found.documents} documents, {found.bytes} bytes in {found.packs} packs"
    sys.stdout.write(f"{held}, {found.entries} entries of the audit\n")
    for office, (last, its_hash) in found.chains.items():
        sys.stdout.write(f"audit of {office}: entry {last} is the last, {its_hash}\n")
    for rule, broken in found.faults.items():
        sys.stdout.write(f"BAD {rule}: {', '.join(broken)}\n")
    if found.orphans:
        sys.stdout.write(f"{len(found.orphans)} packs that nothing lies in: left by a kill, and no fault\n")
    if found.clean:
        sys.stdout.write("All is as it was stored.\n")
