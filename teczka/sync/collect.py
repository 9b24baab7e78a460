"""One pass over a POP3 mailbox: compare the listing, fetch what is new, mark what left.

There is no cursor: the placements themselves tell what is missing, so a pass that was killed anywhere goes on where it was (P4), and what
is not placed durably is fetched again (P1).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from teczka.core.errors import Problem, Trouble
from teczka.core.folders import DROP, LocalFolder
from teczka.core.mail import INBOX, DropEntry, FolderStatus
from teczka.core.messages import TRIES, Loose
from teczka.remote.pop3.head import fingerprint, header_block
from teczka.remote.pop3.limits import DEFAULT
from teczka.remote.types import RemoteDrop
from teczka.sync.basket import Sealed
from teczka.sync.carry import Put, carry
from teczka.sync.download import NEWEST
from teczka.sync.drop import Comparison, compare, looked, names_tell, recognise, trouble_number, unlooked, worth_asking
from teczka.sync.plan import CROWD
from teczka.sync.ports import K, LocalDrop
from teczka.sync.report import Report

PIECE = 1000  # rows of one transaction where no bytes are written

T = TypeVar("T")


def collect(remote: RemoteDrop, local: LocalDrop[K], report: Report) -> None:
    """Raises LeaseLost; a Problem is in the report, and whatever came before it stays."""
    try:
        with report.phase("listing"):
            (folder,) = local.save_folders([INBOX])
            entries = remote.listing()
            comparison = compare(entries, local.known(folder))
        if _bring_in(folder, entries, comparison, local, remote, report) and names_tell(entries):
            report.settled = remote.digest
        report.folders += 1
    except Problem as problem:
        report.stopped = problem


def _bring_in(
    folder: LocalFolder,
    entries: Sequence[DropEntry],
    comparison: Comparison,
    local: LocalDrop[K],
    remote: RemoteDrop,
    report: Report,
) -> bool:
    """False where the next pass has something left to do, though it be told the same."""
    settled = (folder.uidvalidity, folder.told) == (DROP, len(entries)) and folder.complete_below > 0
    if settled and not comparison.new and not comparison.loose:
        return True
    first = local.next_uid(folder)  # whatever bears a UID from here on was recognised by its bytes
    status = FolderStatus(DROP, first + len(comparison.new), len(entries), None)
    local.opened(folder, status)
    new, loose = _recognise(folder, first, comparison, local, remote, report)
    whole = _download(folder, new, Loose(loose, first), local, remote, report)
    if len(loose) > CROWD and len(loose) * 2 > folder.stored and folder.told != len(entries):
        return False  # the seat belt: most of a mailbox that seems to vanish is believed when it is told a second time
    if loose:
        local.leave(folder, Loose(loose, first))
    local.complete(folder, status, status.uidnext)
    return whole


def _recognise(
    folder: LocalFolder, first: int, comparison: Comparison, local: LocalDrop[K], remote: RemoteDrop, report: Report
) -> tuple[list[tuple[int, DropEntry]], list[int]]:
    """What is still new once headers were compared, each with its UID, and the placements that are still loose."""
    numbered = list(enumerate(comparison.new, first))
    with report.phase("listing"):
        asked = worth_asking(comparison)
        heads = {entry.number: head for entry, head in remote.heads(asked)} if asked else {}
        pairs = recognise(_look(folder, comparison, local) if heads else comparison, heads)
    known = {entry.number: one.placement for entry, one in pairs}
    for piece in _pieces([(known[entry.number], uid, entry) for uid, entry in numbered if entry.number in known]):
        local.recognise(folder, piece)
    found = set(known.values())
    return (
        [(uid, entry) for uid, entry in numbered if entry.number not in known],
        [one.placement for one in comparison.loose if one.placement not in found],
    )


def _look(folder: LocalFolder, comparison: Comparison, local: LocalDrop[K]) -> Comparison:
    """At the headers of what came by IMAP: its bytes are here, and need not come again."""
    placements = [one.placement for one in unlooked(comparison)]
    beginnings = local.beginnings(folder, placements, DEFAULT.head)
    return looked(comparison, {one: fingerprint(header_block(raw, DEFAULT.head)) for one, raw in beginnings})


def _download(
    folder: LocalFolder,
    new: Sequence[tuple[int, DropEntry]],
    loose: Loose,
    local: LocalDrop[K],
    remote: RemoteDrop,
    report: Report,
) -> bool:
    """The newest first. A message that fails is counted and holds up no other. Whether all came."""
    troubled = local.troubled_uids(folder, DROP)
    due = [pair for pair in reversed(new) if troubled.get(trouble_number(pair[1]), 0) < TRIES]
    got: set[int] = set()

    def read(put: Put, flush: Callable[[], None]) -> None:
        for message in remote.messages(due[:NEWEST], envelopes=True):
            put(message)
        flush()
        if len(due) > NEWEST:
            for message in remote.messages(due[NEWEST:]):
                put(message)

    def commit(batch: Sealed[K]) -> None:
        report.messages += local.add(folder, DROP, batch.kept, loose)
        got.update(batch.kept.uids)

    try:
        if due:
            carry(read, commit, local, report)
    except Problem as problem:
        reached = max((at for at, (uid, _) in enumerate(due) if uid in got), default=-1)
        failed = [entry for uid, entry in due[: reached + 2] if uid not in got]
        if problem.trouble.step == "server" and failed:
            local.give_up(folder, DROP, [trouble_number(entry) for entry in failed], problem.trouble)
        raise
    failed = [entry for uid, entry in due if uid not in got]
    if failed:
        local.give_up(folder, DROP, [trouble_number(entry) for entry in failed], Trouble.SERVER_GARBAGE)
    mended = troubled.keys() - {trouble_number(entry) for uid, entry in new if uid not in got}
    if mended:
        local.mark_gone(folder, DROP, sorted(mended))
    return len(got) == len(new)


def _pieces(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), PIECE):
        yield items[start : start + PIECE]
