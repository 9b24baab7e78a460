"""What opens an archive of backups, as commands are given it: never as an argument, which everybody on the machine can read."""

import argparse
import getpass
import sys
from pathlib import Path

from teczka.actions.backup_opening import secret_of, told_as_problems
from teczka.cli.house import Refused, show
from teczka.core.progress import Progress, Told
from teczka.core.settings import settings
from teczka.store.backup.envelope import Secret


def add_options(options: argparse.ArgumentParser) -> None:
    which = options.add_mutually_exclusive_group()
    which.add_argument("--passphrase-stdin", action="store_true", help="the first line of standard input")
    which.add_argument("--passphrase-file", type=Path, metavar="FILE", help="its first line")
    which.add_argument(
        "--key-file", type=Path, metavar="FILE", help="at least 32 bytes of chance, instead of a passphrase"
    )
    options.add_argument("--json", action="store_true", help="progress and the end as lines of JSON")


def secret(chosen: argparse.Namespace) -> Secret:
    """What the command was given, else what the settings say, else what is typed. Raises Problem, Refused."""
    try:
        return _secret(chosen)
    except UnicodeError as binary:
        raise Refused(
            "What was given is no passphrase: it is no text. A key file is named with --key-file."
        ) from binary


def _secret(chosen: argparse.Namespace) -> Secret:
    ours = settings()
    if chosen.key_file:
        return secret_of("", chosen.key_file)
    if chosen.passphrase_stdin:
        return secret_of(_first_line(sys.stdin.readline()), None)
    if chosen.passphrase_file:
        with told_as_problems(str(chosen.passphrase_file)):
            return secret_of(_first_line(chosen.passphrase_file.read_text(encoding="utf-8")), None)
    if not ours.backup_passphrase and not ours.backup_key_file and sys.stdin.isatty():
        return secret_of(getpass.getpass("Passphrase of the backup: "), None)
    return secret_of(ours.backup_passphrase, ours.backup_key_file)


def progress(*, as_json: bool) -> Told:
    """To standard output as JSON; else to a terminal, on one line that is written over."""

    def tell(now: Progress) -> None:
        if as_json:
            show({"progress": now.what, "done": now.done, "total": now.total, "seconds_left": now.seconds_left})
        elif sys.stderr.isatty():
            left = "" if now.seconds_left is None else f", {_clock(now.seconds_left)} left"
            share = 100 * now.done // max(1, now.total)
            sys.stderr.write(f"\r\x1b[K{now.what}: {share} %, {now.done // 10**6} of {now.total // 10**6} MB{left}")
            sys.stderr.flush()

    return tell


def clear() -> None:
    """The line of progress, at the end."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0].rstrip("\r")


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return (
        f"{minutes // 60} h {minutes % 60} min"
        if minutes >= 60
        else f"{minutes} min {rest} s"
        if minutes
        else f"{rest} s"
    )
