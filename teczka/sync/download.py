"""Whole messages from the server to the local side: reading, writing and committing overlap."""

from collections.abc import Callable, Sequence

from teczka.core.errors import Problem, Trouble
from teczka.remote.imap.utf7 import path_of
from teczka.remote.types import RemoteMailbox
from teczka.sync.basket import Sealed
from teczka.sync.carry import Put, carry
from teczka.sync.ports import K, LocalAccount
from teczka.sync.replay import Acts
from teczka.sync.report import Report
from teczka.sync.steps import Download

NEWEST = 50  # come first, with their ENVELOPE and in a batch of their own: the list is useful at once
CHUNK = 100  # UIDs that a mailbox asks for in one command


def download(
    step: Download, local: LocalAccount[K], remote: RemoteMailbox, report: Report, acts: Acts | None = None
) -> None:
    """Everything that came whole is stored, also when the connection breaks in the middle: then the Problem is raised after it.

    Where somebody acts on mail meanwhile, the stream is let run out, that is repeated on the server, and it goes on.
    """
    left = list(step.uids)
    while True:
        got = _stream(step, left, local, remote, report, acts.asked if acts else None)
        left = [uid for uid in left if uid not in got]
        if not (left and acts and acts.asked()):
            break
        with report.phase("acts"):
            acts.repeat()
        if remote.open(step.folder.name).uidvalidity != step.uidvalidity:
            raise Problem(Trouble.FOLDER_CHANGED, folder=path_of(step.folder.name))
    if left:
        # Expunged since they were listed, or withheld by the server: nobody shall be told of those that nobody misses.
        there = set(remote.uids(min(left)))
        local.give_up(step.folder, step.uidvalidity, [uid for uid in left if uid in there], Trouble.SERVER_GARBAGE)


def _stream(
    step: Download,
    uids: list[int],
    local: LocalAccount[K],
    remote: RemoteMailbox,
    report: Report,
    pause: Callable[[], bool] | None,
) -> set[int]:
    """Those that came."""
    got = set[int]()

    def read(put: Put, flush: Callable[[], None]) -> None:
        for message in remote.messages(uids[:NEWEST], envelopes=True):
            put(message)
        flush()
        if len(uids) > NEWEST:
            for message in remote.messages(uids[NEWEST:], pause=pause):
                put(message)

    def commit(batch: Sealed[K]) -> None:
        report.messages += local.add(step.folder, step.uidvalidity, batch.kept)
        got.update(batch.kept.uids)

    try:
        carry(read, commit, local, report)
    except Problem as problem:
        if problem.trouble.step in {"server", "folder"}:  # some refuse a command for one message of it
            local.give_up(step.folder, step.uidvalidity, _culprits(uids, got, problem), problem.trouble)
        raise
    return got


def _culprits(uids: Sequence[int], got: set[int], problem: Problem) -> list[int]:
    """The message at which the server failed, so that one that always breaks the connection cannot hold up all others.

    Where the problem does not name it, it is the lowest UID missing of the command under way: servers answer in ascending order. A wrong
    guess costs a message one of its tries, no more.
    """
    named = problem.params.get("uid")
    if isinstance(named, int) and named in uids:
        return [named]
    asked = [list(uids[:NEWEST])] + [list(uids[at : at + CHUNK]) for at in range(NEWEST, len(uids), CHUNK)]
    for command in asked:
        missing = [uid for uid in command if uid not in got]
        if missing:
            return [min(missing)]
    return []
