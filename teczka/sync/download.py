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
ALONE = 10  # so many refused by themselves in one pass: it is the folder that is refused


def download(
    step: Download, local: LocalAccount[K], remote: RemoteMailbox, report: Report, acts: Acts | None = None
) -> None:
    """Everything that came whole is stored, also when the connection breaks in the middle: then the Problem is raised after it.

    Where somebody acts on mail meanwhile, the stream is let run out, that is repeated on the server, and it goes on.
    """
    left = list(step.uids)
    while True:
        settled = _settle(step, left, local, remote, report, acts.asked if acts else None)
        left = [uid for uid in left if uid not in settled]
        if not (left and acts and acts.asked()):
            break
        with report.phase("acts"):
            acts.repeat()
        if remote.open(step.folder.name).uidvalidity != step.uidvalidity:
            raise Problem(Trouble.FOLDER_CHANGED, folder=path_of(step.folder.name))
    if left:
        # Expunged since they were listed, or withheld by the server: nobody shall be told of those that nobody misses.
        try:
            there = set(remote.uids(min(left)))
        except Problem:  # the next pass would come to the same end, and to nothing behind it
            local.give_up(step.folder, step.uidvalidity, left, Trouble.SERVER_GARBAGE)
            raise
        local.give_up(step.folder, step.uidvalidity, [uid for uid in left if uid in there], Trouble.SERVER_GARBAGE)


def _settle(
    step: Download,
    uids: list[int],
    local: LocalAccount[K],
    remote: RemoteMailbox,
    report: Report,
    pause: Callable[[], bool] | None,
) -> set[int]:
    """Those that came, or were refused by themselves: some servers refuse a command for one message of it, and do not say for which.

    What is missing of that command is asked for in halves, and then the rest. A folder that refuses everything costs ALONE messages a
    try, and raises."""
    settled, alone = set[int](), 0
    parts = [uids]
    while parts:
        part = parts.pop()
        try:
            _stream(step, part, settled, local, remote, report, pause)
        except Problem as problem:
            if problem.trouble is not Trouble.FOLDER_REFUSED:
                raise
            missing = [uid for uid in part if uid not in settled]
            suspects = _under_way(part, settled)
            if len(suspects) < len(missing):
                parts += [missing[len(suspects) :], suspects]  # they are the first that are missing
            elif len(missing) > 1:
                half = len(missing) // 2
                parts += [missing[half:], missing[:half]]
            elif missing:
                local.give_up(step.folder, step.uidvalidity, missing, problem.trouble)
                settled.update(missing)
                alone += 1
            if alone == ALONE:
                raise
    return settled


def _stream(
    step: Download,
    uids: list[int],
    got: set[int],
    local: LocalAccount[K],
    remote: RemoteMailbox,
    report: Report,
    pause: Callable[[], bool] | None,
) -> None:
    """Adds those that came to `got`."""

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
        if problem.trouble.step == "server":
            local.give_up(step.folder, step.uidvalidity, _culprits(uids, got, problem), problem.trouble)
        raise


def _culprits(uids: Sequence[int], got: set[int], problem: Problem) -> list[int]:
    """The message at which the server failed, so that one that always breaks the connection cannot hold up all others.

    Where the problem does not name it, it is the lowest UID missing of the command under way: servers answer in ascending order. A wrong
    guess costs a message one of its tries, no more. "Later" counts, too: some say it for ever of a message that they cannot read.
    """
    named = problem.params.get("uid")
    if isinstance(named, int) and named in uids:
        return [named]
    missing = _under_way(uids, got)
    return [min(missing)] if missing else []


def _under_way(uids: Sequence[int], got: set[int]) -> list[int]:
    """What is missing of the first command of which something is: with it the server was busy."""
    for at in (0, *range(NEWEST, len(uids), CHUNK)):
        missing = [uid for uid in uids[at : at + CHUNK if at else NEWEST] if uid not in got]
        if missing:
            return missing
    return []
