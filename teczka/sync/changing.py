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
    if first.kind is Kind.FLAG and verdict.same and not _kept(remote, first.flags):
        journal.here_alone([op.id for op in verdict.same])
        return
    ready = start(journal, verdict.same)
    if ready:
        parts(ready, say)


def _kept(remote: RemoteMailbox, flags: Sequence[str]) -> bool:
    """A server forgets such keywords with the session, or refuses them. The system's flags are tried: some servers keep what they do not
    name."""
    return all(flag.startswith("\\") or remote.keeps(flag) for flag in flags)
