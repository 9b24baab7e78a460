"""`teczka verify`: every stored message and document against its SHA-256, rows against packs and packs against rows, and the audit's
chains. `teczka verify --export FILE`: the ZIP of a case, or the audit's JSON lines, wherever it comes from."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from teczka.actions.verify import Verification, verify_all
from teczka.cli.house import Refused, house, parser, show, told
from teczka.core import audit_file
from teczka.core.audit_file import NoAudit
from teczka.mime import bundle_check
from teczka.mime.bundle_check import NoBundle


def main(argv: list[str]) -> int:
    options = parser("verify", "Look whether all that is stored is still what was stored. Status 1 where it is not.")
    options.add_argument("--json", action="store_true", help="one JSON document")
    options.add_argument(
        "--export",
        type=Path,
        metavar="FILE",
        help="a case's ZIP or an exported register instead; nothing else is looked at",
    )
    chosen = options.parse_args(argv)
    return told(lambda: _verify_file(chosen) if chosen.export else _verify(chosen))


def _verify_file(chosen: argparse.Namespace) -> int:
    try:
        found = _bundle(chosen.export) if bundle_check.is_bundle(chosen.export) else _register(chosen.export)
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


def _bundle(path: Path) -> dict[str, Any]:
    return asdict(bundle_check.verify(path))


def _register(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as lines:
        return asdict(audit_file.verify(lines))


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
