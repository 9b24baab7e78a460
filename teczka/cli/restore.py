"""`teczka restore FILE|FOLDER|URL`: a backup into an empty data folder, or an empty database and bucket. `--connect`: the restored
accounts may connect and send again."""

import argparse
import sys
from dataclasses import asdict

from teczka.actions.restore import backups, connect_again, restore
from teczka.cli.house import Refused, house, parser, show, told
from teczka.cli.opening import add_options, clear, progress, secret
from teczka.core.settings import settings


def main(argv: list[str]) -> int:
    options = parser(
        "restore", "Bring back a backup, where nothing lies yet. Nothing is sent afterwards before you say so."
    )
    options.add_argument("source", nargs="?", metavar="FILE|FOLDER|URL")
    options.add_argument("--snapshot", default="", metavar="ID", help="this one, and not the newest")
    options.add_argument("--list", action="store_true", help="tell which there are, and restore none")
    options.add_argument(
        "--connect", action="store_true", help="after a restore: let the accounts connect and send again; nothing else"
    )
    add_options(options)
    chosen = options.parse_args(argv)
    if chosen.connect:
        return told(lambda: _connect(chosen))
    return told(lambda: _list(chosen) if chosen.list else _restore(chosen))


def _source(chosen: argparse.Namespace) -> str:
    source: str = chosen.source or settings().backup_to
    if not source:
        raise Refused("Name the file, the folder or the bucket that holds the backup.")
    return source


def _list(chosen: argparse.Namespace) -> int:
    for one in backups(_source(chosen), secret(chosen)):
        if chosen.json:
            show({"id": one.id, "at": one.at.isoformat(), "version": one.version, **one.counts})
        else:
            sys.stdout.write(
                f"{one.id}  {one.at:%Y-%m-%d %H:%M} UTC  {one.counts['messages']} messages  {one.version}\n"
            )
    return 0


def _restore(chosen: argparse.Namespace) -> int:
    done = restore(_source(chosen), secret(chosen), settings(), progress(as_json=chosen.json), chosen.snapshot)
    clear()
    if chosen.json:
        show(asdict(done))
        return 0
    sys.stdout.write(f"Restored as of {done.made_at}: {done.messages} messages in {done.packs} packs.\n")
    if done.stopped:
        sys.stdout.write(
            f"{done.stopped} letters that were on their way were stopped: their writers find them in the outbox.\n"
        )
    if done.lost:
        sys.stdout.write(f"{done.lost} packs were gone already when the backup was made.\n")
    sys.stdout.write("`teczka verify` proves every message. No account connects before `teczka restore --connect`.\n")
    return 0


def _connect(chosen: argparse.Namespace) -> int:
    with house():
        count = connect_again(None)
    if not count:
        raise Refused("No office waits: its accounts connect.")
    if chosen.json:
        show({"offices": count})
    else:
        sys.stdout.write(f"{count} offices: their accounts connect and send again.\n")
    return 0
