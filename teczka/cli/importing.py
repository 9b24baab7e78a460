"""`teczka import --user EMAIL --to FOLDER FILE…`: mail out of files into the person's archive. Killed and called again it goes on."""

import argparse
import sys
import threading
import time
from pathlib import Path
from typing import Any

from teczka.actions.importing import run_import
from teczka.actions.path_imports import begin_paths
from teczka.cli.account import user_of
from teczka.cli.house import Refused, complain, house, parser, show, told
from teczka.cli.processes import stop_signals
from teczka.core.errors import Problem, Trouble
from teczka.core.imports import ImportState
from teczka.core.problems import in_words
from teczka.store.models import Import, ImportFile, User
from teczka.store.viewer import as_user

PATIENCE_SECONDS = 60.0  # with another import into the same archive
LOOK_SECONDS = 0.2


def main(argv: list[str]) -> int:
    options = parser(
        "import", "Bring mail out of files into a person's archive: .eml, .mbox, Maildir, .msg, and ZIP files of them."
    )
    options.add_argument("--user", required=True, metavar="EMAIL", help="whose mail it is to be")
    options.add_argument("--to", required=True, metavar="FOLDER", help="of the archive; “/” parts its levels")
    options.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a file, a Maildir, or a folder of files")
    options.add_argument("--json", action="store_true", help="one JSON document: counts, and what could not be read")
    chosen = options.parse_args(argv)
    return told(lambda: _import(chosen))


def _import(chosen: argparse.Namespace) -> int:
    began = time.monotonic()
    stopping = stop_signals()
    with house():
        person = user_of(chosen.user)
        try:
            row = begin_paths(person, chosen.to, chosen.files)
        except OSError as unreadable:
            raise Refused(f"{unreadable.filename} cannot be read: {unreadable.strerror}.") from unreadable
        _run(row, stopping, shown=sys.stderr.isatty() and not chosen.json)
        report = _report(person, row)
    report["seconds"] = round(time.monotonic() - began, 3)
    if chosen.json:
        show(report)
    else:
        counts = (report[name] for name in ("messages", "duplicates", "unreadable"))
        sys.stdout.write("{} messages, {} that were there already, {} that could not be read\n".format(*counts))
        for file in report["files"]:
            for trouble in file["troubles"]:
                complain(f"{file['name']}: {trouble['where']}: {trouble['said']}")
    if report["state"] != ImportState.DONE:
        complain("It is not finished. The same command goes on with it.")
    nothing = [file for file in report["files"] if file["unreadable"] and not file["messages"] + file["duplicates"]]
    return 1 if nothing or report["state"] != ImportState.DONE else 0


def _run(row: Import, stopping: threading.Event, *, shown: bool) -> None:
    def heard(file: ImportFile) -> None:
        if shown:
            with as_user(row.owner_id):
                file.refresh_from_db()
            share = 100 * file.through // (file.size or 1)
            sys.stderr.write(f"\r{file.name}: {share} %, {file.stored} messages ")

    deadline = time.monotonic() + PATIENCE_SECONDS
    while not run_import(row.pk, row.owner_id, stopping, heard):
        if time.monotonic() > deadline:
            raise Refused("Another import into this archive is under way.")
        time.sleep(LOOK_SECONDS)


def _report(person: User, row: Import) -> dict[str, Any]:
    with as_user(person.pk):
        row.refresh_from_db(fields=["state"])
        files = list(ImportFile.objects.filter(of=row).order_by("position"))
    told_of = [
        {
            "name": file.name,
            "messages": file.stored,
            "duplicates": file.duplicates,
            "unreadable": file.unreadable,
            "troubles": [
                {"where": where, "trouble": trouble, "said": in_words(Problem(Trouble(trouble), **params))}
                for where, trouble, params in file.troubles
            ],
        }
        for file in files
    ]
    return {
        "id": row.public_id,
        "account": row.account.public_id,
        "folder": row.folder,
        "state": row.state,
        **{name: sum(int(str(file[name])) for file in told_of) for name in ("messages", "duplicates", "unreadable")},
        "files": told_of,
    }
