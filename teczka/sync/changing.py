"""Flags, and removing for good. Saying them twice does no harm, so that a crash needs no search."""

from collections.abc import Sequence

from teczka.core.acts import Kind
from teczka.core.operations import Pending
from teczka.remote.types import RemoteMailbox
from teczka.sync.ports import Journal
from teczka.sync.standing import Parts, done, select, start, take_away


def change(remote: RemoteMailbox, journal: Journal, batch: Sequence[Pending], parts: Parts) -> None:
    """A message that is there no longer has no flags to be set, and need not be removed."""
    first = batch[0]

    def say(ready: Sequence[Pending]) -> None:
        marked = False
        if first.kind is Kind.FLAG:
            remote.store_flags([op.at.uid for op in ready], first.flags, add=first.value)
        else:
            marked = take_away(remote, ready)
        done(journal, ready, {}, marked=marked)

    verdict = select(remote, journal, batch)
    done(journal, verdict.absent, {})
    ready = start(journal, verdict.same)
    if ready:
        parts(ready, say)
