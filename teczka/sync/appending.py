"""A message of ours into a folder there: a draft, or a copy of what was sent."""

from collections.abc import Mapping
from datetime import UTC, datetime

from teczka.core.mail import NOWHERE
from teczka.core.operations import Pending
from teczka.remote.types import RemoteMailbox
from teczka.sync.carrying import where
from teczka.sync.identity import seek
from teczka.sync.ports import Journal, Place
from teczka.sync.standing import done, lowest, start

DRAFT = "\\Draft"


def append(remote: RemoteMailbox, journal: Journal, op: Pending) -> None:
    """Never a second time: what an earlier try, or the server itself, put there is enough."""
    target = remote.status(op.to.name)
    there = {} if op.copied else _there_already(remote, op)
    if there is not None:
        done(journal, [op], there)
        return
    if not start(journal, [op], target):
        return
    size, chunks = journal.raw(op.id)
    place = remote.append(op.to.name, size, chunks, op.flags, op.date or datetime.now(UTC))
    landed = where(remote, [op], NOWHERE, target) if place is None else {op.id: place}
    if place and not _as_it_was(remote, op, place, size):
        landed = {}
        journal.rewritten(op.id, place)
    done(journal, [op], landed)


def _there_already(remote: RemoteMailbox, op: Pending) -> Mapping[int, Place] | None:
    """Sent mail is known by its Message-ID, as servers file it by themselves and rewrite it: looked for in all that no pass has seen. The
    versions of a draft all bear one name: only what an earlier try left is looked for, by its bytes."""
    if DRAFT in op.flags and not op.started_at:
        return None
    opened = remote.open(op.to.name)
    from_ = lowest(op, opened) if DRAFT in op.flags else max(1, op.known_below)
    exact = seek(remote, [op], from_)
    if exact:
        return {op.id: (opened.uidvalidity, exact[op.id])}
    named = DRAFT not in op.flags and seek(remote, [op], from_, by_name=True)
    return {} if named else None


def _as_it_was(remote: RemoteMailbox, op: Pending, place: Place, size: int) -> bool:
    if remote.open(op.to.name).uidvalidity != place[0]:
        return False
    return [told.size for told in remote.summaries([place[1]])] == [size]
