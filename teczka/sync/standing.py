"""What every operation on messages begins with: their folder is selected, each is found under the number that it has now, and verified."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from teczka.core.errors import Problem, Trouble
from teczka.core.mail import FolderStatus
from teczka.core.operations import Footing, Pending, Spot
from teczka.remote.imap.utf7 import path_of
from teczka.remote.types import RemoteMailbox
from teczka.sync.identity import Verdict, seek, verify
from teczka.sync.ports import Journal, Place

DELETED = "\\Deleted"

Parts = Callable[[Sequence[Pending], Callable[[Sequence[Pending]], None]], None]  # says them together, or one by one


def select(remote: RemoteMailbox, journal: Journal, batch: Sequence[Pending]) -> Verdict:
    """Of one folder, which is selected then. Those under whose UID another message lies are refused: nothing of it is touched."""
    if batch[0].footing is Footing.LOST:
        return Verdict([], list(batch), [])
    status = remote.select(batch[0].at.name)
    found, absent = _renumbered(remote, journal, batch, status)
    verdict = verify(remote, found)
    verdict.absent += absent
    if verdict.other:
        journal.refuse([op.id for op in verdict.other], Problem(Trouble.FOLDER_CHANGED, folder=shown(batch[0].at)))
    return verdict


def _renumbered(
    remote: RemoteMailbox, journal: Journal, batch: Sequence[Pending], status: FolderStatus
) -> tuple[list[Pending], list[Pending]]:
    """Where the server numbered its messages anew (RFC 3501 §2.3.1.1) they are looked for by their bytes: (found, absent)."""
    if batch[0].at.uidvalidity == status.uidvalidity:
        return list(batch), []
    uids = seek(remote, batch, 1)
    if uids:
        journal.found({op: (status.uidvalidity, uid) for op, uid in uids.items()})
    moved = [replace(op, source=Spot(op.at.name, status.uidvalidity, uids[op.id])) for op in batch if op.id in uids]
    return moved, [op for op in batch if op.id not in uids]


def start(journal: Journal, ops: Sequence[Pending], target: FolderStatus | None = None) -> list[Pending]:
    """Those that may be said: nobody took them back meanwhile."""
    standing = journal.start([op.id for op in ops], target) if ops else set()
    return [op for op in ops if op.id in standing]


def take_away(remote: RemoteMailbox, ops: Sequence[Pending]) -> bool:
    """From the selected folder. True where they are only marked: without UIDPLUS, or where the server lets us mark and no more, nothing
    can be removed that is not another's to remove as well (P3)."""
    uids = [op.at.uid for op in ops]
    remote.store_flags(uids, [DELETED], add=True)
    try:
        if remote.expunges:
            remote.expunge(uids)
    except Problem as problem:
        if problem.trouble.step != "folder" or problem.trouble is Trouble.FOLDER_BUSY:
            raise
        return True
    return not remote.expunges


def done(journal: Journal, ops: Sequence[Pending], landed: Mapping[int, Place], *, marked: bool = False) -> None:
    if ops:
        journal.done([op.id for op in ops], landed, marked=marked)


def lowest(op: Pending, target: FolderStatus) -> int:
    """From where on in its target lies what was put there since it was started."""
    return max(1, op.to.uid) if op.to.uidvalidity == target.uidvalidity else 1


def shown(folder: Spot) -> str:
    return path_of(folder.name)
