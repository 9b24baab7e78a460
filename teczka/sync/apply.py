"""Runs what the plan says. Dull on purpose: whatever is to be decided is decided in plan.py."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from teczka.core.errors import Problem, Trouble
from teczka.core.folders import LONGEST_WIRE_NAME, LocalFolder
from teczka.core.mail import FolderStatus, RemoteFlags, RemoteFolder
from teczka.remote.types import RemoteMailbox
from teczka.sync.download import download
from teczka.sync.plan import is_empty, plan
from teczka.sync.ports import K, LocalAccount
from teczka.sync.renames import renames
from teczka.sync.replay import Acts
from teczka.sync.report import Report
from teczka.sync.steps import Begin, Download, Finish, Gone, Reflag, Rematch, Renumber, Step

PIECE = 1000  # rows of one transaction where no bytes are written
TOGETHER = 50  # folders: so old may be what is told of one when its turn comes
SHOWN = 60  # characters of a name that is too long

T = TypeVar("T")


def run(
    remote: RemoteMailbox, local: LocalAccount[K], report: Report | None = None, acts: Acts | None = None
) -> Report:
    """One pass over the account: inbox first, the newest mail of each folder first. Raises LeaseLost; problems are in the report.

    A folder that the server refuses holds up no other. Any other problem ends the pass, and whatever came before it stays.
    """
    report = report or Report()
    try:
        if acts and not acts.last:
            _repeat(acts, report)
        with report.phase("listing"):
            listed = remote.folders()
            renamed = False
            for known, to in renames(listed, local, remote):
                local.rename_folder(known, to)
                renamed = True
            folders = local.save_folders(listed)
        if renamed and acts and not acts.last:
            _repeat(acts, report)  # what waited for the new name
        kept = {folder.name for folder in folders}
        left_out = [folder for folder in listed if len(folder.name) > LONGEST_WIRE_NAME and folder.name not in kept]
        report.problems += [_too_long(folder) for folder in left_out]
        for some in (folders[:1], *_pieces(folders[1:], TOGETHER)):  # the inbox waits for no other
            _folders(some, local, remote, report, acts)
        if acts and acts.last:
            _repeat_last(acts, report)
    except Problem as problem:
        report.stopped = problem
    return report


def _too_long(folder: RemoteFolder) -> tuple[str, Problem]:
    name = f"{folder.path[:SHOWN]}…"
    return name, Problem(Trouble.FOLDER_LONG, folder=name)


def _repeat(acts: Acts, report: Report) -> None:
    with report.phase("acts"):
        acts.repeat()


def _repeat_last(acts: Acts, report: Report) -> None:
    """All mail is in: what breaks the connection now (acts.broke) does not end the pass, or the next would wait ever longer."""
    try:
        _repeat(acts, report)
    except Problem as problem:
        report.problems.append(("", problem))


def _folders(
    folders: Sequence[LocalFolder],
    local: LocalAccount[K],
    remote: RemoteMailbox,
    report: Report,
    acts: Acts | None,
) -> None:
    """In an account of thousands of folders nearly all have nothing new, or are empty: these cost a part of a round trip."""
    with report.phase("listing"):
        told = remote.statuses([folder.name for folder in folders])
        empty = [
            (folder, told[folder.name])
            for folder in folders
            if folder.name in told and is_empty(folder, told[folder.name])
        ]
        settled = local.found_empty(empty) if empty else set()
    for folder in folders:
        try:
            if folder.id not in settled:
                _folder(folder, told.get(folder.name), local, remote, report, acts)
        except Problem as problem:
            if problem.trouble.step != "folder":
                raise
            report.problems.append((folder.name.decode("ascii", "backslashreplace"), problem))
        report.folders += 1
        if acts and acts.asked():
            _repeat(acts, report)


def _folder(
    folder: LocalFolder,
    told: FolderStatus | None,
    local: LocalAccount[K],
    remote: RemoteMailbox,
    report: Report,
    acts: Acts | None,
) -> None:
    steps = plan(folder, local, remote, told)
    while True:
        with report.phase("listing"):
            step = next(steps, None)
        if step is None:
            return
        _run(step, local, remote, report, acts)


def _run(step: Step, local: LocalAccount[K], remote: RemoteMailbox, report: Report, acts: Acts | None) -> None:
    match step:
        case Begin(folder, status):
            local.opened(folder, status)
        case Renumber(folder):
            local.renumber(folder)
        case Rematch(folder, uidvalidity, matched):
            for piece in _pieces(matched):
                report.messages += local.place(folder, uidvalidity, piece)
        case Download():
            download(step, local, remote, report, acts)
        case Reflag(folder, uidvalidity):
            with report.phase("flags"):
                for flags in _pieces(_flags(step, remote)):
                    local.set_flags(folder, uidvalidity, flags)
        case Gone(folder, uidvalidity, uids):
            for gone in _pieces(uids):
                local.mark_gone(folder, uidvalidity, gone)
        case Finish(folder, status, complete_below):
            local.complete(folder, status, complete_below)


def _flags(step: Reflag, remote: RemoteMailbox) -> Iterator[RemoteFlags]:
    if step.changed_since is not None:
        yield from remote.flags(changed_since=step.changed_since)
    elif step.uids:
        yield from remote.flags(list(step.uids))


def _pieces(items: Iterable[T], size: int = PIECE) -> Iterator[list[T]]:
    rest = iter(items)
    while piece := list(islice(rest, size)):
        yield piece
