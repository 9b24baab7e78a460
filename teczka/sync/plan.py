"""What a pass over one folder has to do, decided from what both sides say. Nothing here writes: it asks, and yields steps.

The cursor `complete_below` splits a folder's UIDs. Below it every message is stored, marked gone or counted as trouble; above it the
placements themselves tell what is missing, so a pass that was killed anywhere goes on where it was. UIDs of one UIDVALIDITY are never
given twice (RFC 3501 §2.3.1.1), so counts that agree prove that nothing vanished, and only counts that differ cost a full listing.

The seat belt: when most of a large folder seems to have vanished, it is believed only when the server tells the same count a second
time, in a later pass. A server that has lost its disk for an hour then costs nothing but a pass.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from teczka.core.folders import LocalFolder
from teczka.core.mail import FolderStatus, RemoteSummary
from teczka.core.messages import TRIES, Candidate
from teczka.remote.types import RemoteMailbox
from teczka.sync.ports import K, LocalAccount
from teczka.sync.steps import Begin, Download, Finish, Gone, Reflag, Rematch, Renumber, Step

LOOKED = 500  # of the newest messages that both sides have: a command's worth
CROWD = 100  # this many vanishing at once, and more than half, is a crowd: the seat belt holds


def plan(
    folder: LocalFolder, local: LocalAccount[K], remote: RemoteMailbox, told: FolderStatus | None = None
) -> Iterator[Step]:
    """The steps of one pass over one folder, newest mail first. Lazy: each question is asked after the steps before it were run. `told`:
    by a STATUS of a moment ago."""
    if _nothing_new(folder, told or remote.status(folder.name), local):
        return
    status = remote.open(folder.name)
    yield Begin(folder, status)
    known = folder.uidvalidity
    if known != status.uidvalidity:
        # The server numbered its messages anew (or we never looked): the old cursor means nothing, RFC 3501 §2.3.1.1.
        folder = replace(folder, uidvalidity=status.uidvalidity, complete_below=0, highestmodseq=None)
    elif _went_back(folder, status):
        folder = replace(folder, complete_below=1)
    if known and _others(folder, local, remote):
        yield Renumber(folder)
        folder = replace(folder, complete_below=0, highestmodseq=None)
    if folder.complete_below == 0:
        # A first fetch, one that was interrupted, or a new UIDVALIDITY.
        yield from _from_scratch(folder, status, local, remote)
    else:
        yield from _onward(folder, status, local, remote)


def is_empty(folder: LocalFolder, told: FolderStatus) -> bool:
    """There is nothing to open it for: nobody has looked into it yet, and nothing lies in it."""
    return folder.uidvalidity is None and not folder.stored and not told.messages and told.uidnext > 0


def _went_back(folder: LocalFolder, status: FolderStatus) -> bool:
    """Its numbers only grow, as long as it is the folder that it was: else it was made anew, or restored from a backup. Some servers tell
    them wrong, so that this is a reason to compare and no more."""
    if folder.highestmodseq and status.highestmodseq and status.highestmodseq < folder.highestmodseq:
        return folder.complete_below > 0
    return 0 < status.uidnext < folder.complete_below


def _others(folder: LocalFolder, local: LocalAccount[K], remote: RemoteMailbox) -> bool:
    """Whether UIDs of ours are other messages' now, for what lies under them would never be fetched. Asked where messages are placed above
    the cursor: by a pass that was cut off, or because it was set back. UIDs are given in order, so that the newest tell."""
    stored = local.stored_uids(folder, folder.uidvalidity or 0, max(1, folder.complete_below))
    if not stored:
        return False
    ours = set(stored)
    both = [uid for uid in remote.uids(stored[0]) if uid in ours][-LOOKED:]
    placed = local.placed(folder, both) if both else {}
    told = remote.summaries(sorted(placed)) if placed else iter(())
    signs = [_difference(placed[summary.uid], summary) for summary in told if summary.uid in placed]
    if both and not signs:
        return folder.complete_below == 1  # all were erased here, and nothing is left to compare
    # Where a server tells sizes wrong, messages that agree in all else show it.
    agreeing = [size for moment, named, size in signs if not moment and not named]
    exact = not any(agreeing)
    two = any(
        (moment and named) or (size and exact and (moment or (named and bool(agreeing))))
        for moment, named, size in signs
    )
    return two or sum(named for _, named, _ in signs) * 2 > len(signs) > 1


def _difference(ours: Candidate, told: RemoteSummary) -> tuple[bool, bool, bool]:
    """In INTERNALDATE, in Message-ID, in size. None is believed alone, but a Message-ID of most: some servers date a copy anew, tell sizes
    wrong, or read a header otherwise than we do."""
    message_id = bare_id(told.envelope.message_id) if told.envelope else b""
    named = bool(ours.message_id and message_id) and ours.message_id != message_id
    return ours.internaldate_seconds != int(told.internaldate.timestamp()), named, ours.size != told.size


def _nothing_new(folder: LocalFolder, told: FolderStatus, local: LocalAccount[K]) -> bool:
    """One STATUS says so when all four numbers are the known ones. Without CONDSTORE flags may have changed unseen."""
    known = (folder.uidvalidity, folder.complete_below, folder.highestmodseq)
    if told.highestmodseq is None or (told.uidvalidity, told.uidnext, told.highestmodseq) != known:
        return False
    if told.messages != folder.told:
        return False  # last time it told another count: an ill server that is well again, and the seat belt must know
    if told.messages == folder.stored:
        return True
    # What we gave up on is there but not stored. It is no news as long as no further try is due.
    troubled = local.troubled_uids(folder, told.uidvalidity)
    return told.messages == folder.stored + len(troubled) and min(troubled.values(), default=TRIES) >= TRIES


def _from_scratch(
    folder: LocalFolder, status: FolderStatus, local: LocalAccount[K], remote: RemoteMailbox
) -> Iterator[Step]:
    validity = status.uidvalidity
    present = remote.uids()
    stored = local.stored_uids(folder, validity)
    troubled = local.troubled_uids(folder, validity)
    missing = _absent(present, stored, troubled)
    gone = _vanished([*stored, *troubled], present)

    old = local.candidates(folder, validity)
    known: set[int] = set()
    if old:
        # UIDVALIDITY changed: what we have keeps its bytes, only the rest is downloaded.
        matched = _pairs(old, remote.summaries(missing))
        known = {summary.uid for summary, _ in matched}
        yield Rematch(folder, validity, matched)
        missing = [uid for uid in missing if uid not in known]
    if missing:
        yield Download(folder, validity, missing)
    if stored:
        # Placed by a pass that was cut off: their flags may have changed since, and no modseq tells.
        yield Reflag(folder, validity, uids=stored)

    if not _believable(len(gone) + len(old) - len(known), folder, status, present):
        return  # without Finish nothing is marked, and the next pass compares again
    if gone:
        yield Gone(folder, validity, gone)
    yield Finish(folder, status, _next_uid(status, present, lowest=1))


def _onward(folder: LocalFolder, status: FolderStatus, local: LocalAccount[K], remote: RemoteMailbox) -> Iterator[Step]:
    validity, lowest = status.uidvalidity, folder.complete_below
    troubled = local.troubled_uids(folder, validity)
    present = remote.uids(lowest)
    new = _absent(present, local.stored_uids(folder, validity, lowest), troubled)
    again = [uid for uid, tries in troubled.items() if tries < TRIES and uid < lowest]
    gone: list[int] = []
    if status.messages != folder.stored + len(set(new) - troubled.keys()) + len(troubled):
        # Counts differ: something was expunged, or lies below the cursor though we do not have it. Compare everything.
        present, stored = remote.uids(), local.stored_uids(folder, validity)
        new = _absent(present, stored, troubled)
        gone = _vanished([*stored, *troubled], present)
        again = []

    if new:
        yield Download(folder, validity, new)
    if again:
        yield Download(folder, validity, again)

    if folder.highestmodseq is None or status.highestmodseq is None or status.highestmodseq < folder.highestmodseq:
        # No CONDSTORE, or a server restored from a backup: ask for all flags.
        yield Reflag(folder, validity, uids=local.stored_uids(folder, validity))
    elif status.highestmodseq > folder.highestmodseq:
        yield Reflag(folder, validity, changed_since=folder.highestmodseq)

    if not _believable(len(gone), folder, status, present):
        return  # nor is its modseq: what changed up to it may have been hidden, too
    if gone:
        yield Gone(folder, validity, gone)
    yield Finish(folder, status, max(lowest, _next_uid(status, present, lowest)))


def _absent(present: Sequence[int], stored: Sequence[int], troubled: dict[int, int]) -> list[int]:
    """UIDs to download, newest first, without those that wait after their last try."""
    have = set(stored)
    return [uid for uid in reversed(present) if uid not in have and troubled.get(uid, 0) < TRIES]


def _vanished(known: Sequence[int], present: Sequence[int]) -> list[int]:
    there = set(present)
    return sorted({uid for uid in known if uid not in there})


def _believable(vanished: int, folder: LocalFolder, status: FolderStatus, present: Sequence[int]) -> bool:
    """The seat belt. A listing shorter than EXISTS was cut short, or raced with an expunge: then, too, the next pass knows better."""
    if vanished and len(present) < status.messages:
        return False
    crowd = vanished > CROWD and vanished * 2 > folder.stored
    return not crowd or folder.told == status.messages


def _next_uid(status: FolderStatus, present: Sequence[int], lowest: int) -> int:
    """UIDNEXT is what the server promised when the folder was opened; some do not tell."""
    return status.uidnext or max(present, default=lowest - 1) + 1


def _pairs(old: Sequence[Candidate], told: Iterator[RemoteSummary]) -> list[tuple[RemoteSummary, int]]:
    """Who is who after a change of UIDVALIDITY: alike in size, INTERNALDATE and Message-ID, and alone in that on both sides.

    Whatever is ambiguous is downloaded: bytes that we have are recognised then, and a wrong guess would lose a message.
    """
    ours: dict[tuple[int, int, bytes], int | None] = {}
    for candidate in old:
        key = (candidate.size, candidate.internaldate_seconds, candidate.message_id)
        ours[key] = None if key in ours or not candidate.message_id else candidate.placement
    theirs: dict[tuple[int, int, bytes], RemoteSummary | None] = {}
    for summary in told:
        identity = summary.envelope.message_id if summary.envelope else b""
        key = (summary.size, int(summary.internaldate.timestamp()), bare_id(identity))
        if ours.get(key) is not None:
            theirs[key] = None if key in theirs else replace(summary, envelope=None)
    return [(summary, placement) for key, summary in theirs.items() if summary and (placement := ours[key]) is not None]


def bare_id(message_id: bytes) -> bytes:
    """A Message-ID as both sides write it: without white space and angle brackets."""
    return message_id.strip().removeprefix(b"<").removesuffix(b">")
