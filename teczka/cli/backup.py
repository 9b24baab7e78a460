"""`teczka backup FILE|FOLDER/|URL`: everything, encrypted, while it runs. `--check`: whether all of a backup is there and whole."""

import argparse
import os
import sys
from dataclasses import asdict

from teczka.actions.backup import Order, back_up
from teczka.actions.backup_opening import check
from teczka.cli.house import Refused, house, parser, show, told
from teczka.cli.opening import add_options, clear, progress, secret
from teczka.core.settings import settings
from teczka.store.owner import owner_conninfo

NICE = 10  # pages go before


def main(argv: list[str]) -> int:
    options = parser("backup", "Write everything to an encrypted archive, while Teczka runs.")
    options.add_argument(
        "target",
        nargs="?",
        metavar="FILE|FOLDER/|URL",
        help="one file; or a folder or bucket, to which only what is new is added (TECZKA_BACKUP_TO)",
    )
    options.add_argument(
        "--days", type=int, help="remove backups of a folder or bucket that are older (never the newest)"
    )
    options.add_argument("--check", action="store_true", help="make none: read the one that is there, all of it")
    add_options(options)
    chosen = options.parse_args(argv)
    return told(lambda: _check(chosen) if chosen.check else _back_up(chosen))


def _target(chosen: argparse.Namespace) -> str:
    target: str = chosen.target or settings().backup_to
    if not target:
        raise Refused("Name a file, a folder (with a slash at its end) or a bucket's address, or set TECZKA_BACKUP_TO.")
    return target


def _back_up(chosen: argparse.Namespace) -> int:
    target, opens = _target(chosen), secret(chosen)
    os.nice(NICE)
    with house():
        order = Order(target, opens, owner_conninfo(settings()), chosen.days)
        figures = back_up(order, progress(as_json=chosen.json))
    clear()
    if chosen.json:
        show(asdict(figures))
    else:
        new = f"{figures.new_packs} of {figures.packs} packs were new"
        sys.stdout.write(f"Backup {figures.snapshot} in {target}: {figures.messages} messages, {new}, ")
        sys.stdout.write(f"{figures.written // 10**6} MB written in {figures.seconds} s\n")
    if figures.lost:
        sys.stderr.write(
            f"teczka: {figures.lost} packs are gone though mail lies in them. `teczka verify` tells which.\n"
        )
    return 1 if figures.lost else 0


def _check(chosen: argparse.Namespace) -> int:
    target = _target(chosen)
    found = check(target, secret(chosen), progress(as_json=chosen.json))
    clear()
    if chosen.json:
        show({"clean": not found.faults, **asdict(found)})
    else:
        sys.stdout.write(f"{found.snapshots} backups, {found.bytes} bytes in {found.pieces} pieces\n")
        for fault in found.faults:
            sys.stdout.write(f"BAD {fault}\n")
        sys.stdout.write("" if found.faults else "All is as it was written.\n")
    return 1 if found.faults else 0
