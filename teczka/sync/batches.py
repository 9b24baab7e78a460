"""Pending operations in the sets in which they are said. Pure."""

from collections.abc import Hashable, Iterator, Sequence

from teczka.core.acts import Kind
from teczka.core.operations import Pending

BATCH = 500  # UIDs a command, as in remote/imap/fetch.py: servers cap a line at 8 KB

OF_FOLDERS = {Kind.CREATE, Kind.RENAME, Kind.REMOVE}
_ALONE = OF_FOLDERS | {Kind.APPEND}


def batches(ops: Sequence[Pending]) -> Iterator[list[Pending]]:
    """Neighbours that say the same of different messages of one folder, in order: what was done first is repeated first."""
    held: list[Pending] = []
    uids: set[int] = set()
    for op in ops:
        if held and (_alike(held[0]) != _alike(op) or len(held) == BATCH or op.at.uid in uids):
            yield held
            held, uids = [], set()
        held.append(op)
        uids.add(op.at.uid)
    if held:
        yield held


def _alike(op: Pending) -> Hashable:
    """`started` ones stay with those that were started with them: they are looked for from the same UID on."""
    if op.kind in _ALONE:
        return op.id
    return (
        op.kind,
        op.footing,
        op.at.name,
        op.at.uidvalidity,
        op.target,
        op.flags,
        op.value,
        op.started_at is None,
        op.copied,
    )
