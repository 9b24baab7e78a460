"""Copies and moves. A move without MOVE (RFC 6851) is a copy, which is committed, and then a removal."""

from collections.abc import Mapping, Sequence
from functools import partial

from teczka.core.acts import Kind
from teczka.core.errors import Problem, Trouble
from teczka.core.mail import FolderStatus, Landed
from teczka.core.operations import Pending
from teczka.remote.types import RemoteMailbox
from teczka.sync.identity import seek
from teczka.sync.ports import Journal, Place
from teczka.sync.standing import Parts, done, lowest, select, shown, start, take_away


def carry_over(remote: RemoteMailbox, journal: Journal, batch: Sequence[Pending], parts: Parts) -> None:
    """From one folder into one other."""
    first = batch[0]
    target = remote.status(first.to.name)
    verdict = select(remote, journal, batch)
    landed: Mapping[int, Place] = {}
    if first.started_at and not first.copied:
        landed = _left_by_a_crash(remote, [*verdict.absent, *verdict.same])
        if verdict.same:
            _again(remote, verdict.same[0])
    copied = {op.id for op in batch if op.copied or op.id in landed}
    half = [op for op in verdict.same if op.id in copied]
    over = [op for op in verdict.absent if op.id in copied]
    _vanished(journal, [op for op in verdict.absent if op.id not in copied])
    if first.kind is Kind.COPY:
        over, half = [*over, *half], []
    done(journal, over, {op.id: landed[op.id] for op in over if op.id in landed})
    if half:
        journal.copied([op.id for op in half], {op.id: landed[op.id] for op in half if op.id in landed})
        parts(half, partial(_remove, remote, journal))
    ready = start(journal, [op for op in verdict.same if op.id not in copied], target)
    if ready:
        parts(ready, partial(_say, remote, journal, target))


def where(remote: RemoteMailbox, ops: Sequence[Pending], told: Landed, before: FolderStatus) -> dict[int, Place]:
    """What was put into the target: as the server said, else as it is found there."""
    if told.uids:
        return {op.id: (told.uidvalidity, told.uids[op.at.uid]) for op in ops if op.at.uid in told.uids}
    opened = remote.open(ops[0].to.name)
    from_ = max(1, before.uidnext) if opened.uidvalidity == before.uidvalidity else 1
    return {op: (opened.uidvalidity, uid) for op, uid in seek(remote, ops, from_).items()}


def _say(remote: RemoteMailbox, journal: Journal, target: FolderStatus, ready: Sequence[Pending]) -> None:
    """Their folder is selected, and stays so."""
    first, uids = ready[0], [op.at.uid for op in ready]
    moving = first.kind is Kind.MOVE
    told = remote.move(uids, first.to.name) if moving and remote.moves else remote.copy(uids, first.to.name)
    landed = where(remote, ready, told, target)
    if not moving or remote.moves:
        done(journal, ready, landed)
    else:
        journal.copied([op.id for op in ready], landed)
    if not told.uids:
        _again(remote, first)
    if moving and not remote.moves:
        _remove(remote, journal, ready)


def _remove(remote: RemoteMailbox, journal: Journal, ops: Sequence[Pending]) -> None:
    done(journal, ops, {}, marked=take_away(remote, ops))


def _left_by_a_crash(remote: RemoteMailbox, ops: Sequence[Pending]) -> dict[int, Place]:
    """In the target. Of several that are alike the first is found first: those that have left their folder come before the others."""
    if not ops:
        return {}
    opened = remote.open(ops[0].to.name)
    return {op: (opened.uidvalidity, uid) for op, uid in seek(remote, ops, lowest(ops[0], opened)).items()}


def _again(remote: RemoteMailbox, op: Pending) -> None:
    """Its folder is selected. Numbered anew in this very moment: the next time sees to it."""
    if remote.select(op.at.name).uidvalidity != op.at.uidvalidity:
        raise Problem(Trouble.FOLDER_BUSY, folder=shown(op.at))


def _vanished(journal: Journal, ops: Sequence[Pending]) -> None:
    if ops:
        problem = Problem(Trouble.FOLDER_VANISHED, folder=shown(ops[0].at))
        journal.refuse([op.id for op in ops], problem, vanished=True)
