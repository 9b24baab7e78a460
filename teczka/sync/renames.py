"""Which folder bears another name now, decided before one is taken for gone and the other for new. Nothing here writes: it asks.

A server that keeps UIDVALIDITY over a rename (RFC 3501 §6.3.5 leaves it open) tells by that which folders to compare; that they are the
same their messages prove, each that both sides have. What is not proved is a folder that is gone and a new one, and nothing is lost by it.
"""

from collections.abc import Iterator, Sequence
from itertools import product

from teczka.core.errors import Problem
from teczka.core.folders import LocalFolder
from teczka.core.mail import FolderStatus, RemoteFolder, RemoteSummary
from teczka.core.messages import Candidate
from teczka.remote.types import RemoteMailbox
from teczka.sync.plan import bare_id
from teczka.sync.ports import K, LocalAccount

Rename = tuple[LocalFolder, RemoteFolder]
Told = tuple[RemoteFolder, FolderStatus]

MOST = 5  # folders that one is compared with: some servers give every folder the same UIDVALIDITY


def renames(listed: Sequence[RemoteFolder], local: LocalAccount[K], remote: RemoteMailbox) -> Iterator[Rename]:
    """Known folders, and what they are listed as now; each as soon as it is proved. Where all are listed as ever nothing is asked."""
    missing, new = local.unlisted(listed)
    if not missing or not new:
        return
    free = list(_told(new, remote))
    found: list[Rename] = []
    for folder in missing:
        for to, status in _likely(folder, free):
            if _is(folder, to, local, remote):
                yield folder, to
                found.append((folder, to))
                free.remove((to, status))
                break
    left = [folder for folder in missing if all(folder is not known for known, _ in found)]
    yield from _taken_along(left, free, found)


def _told(new: Sequence[RemoteFolder], remote: RemoteMailbox) -> Iterator[Told]:
    for folder in new:
        try:
            yield folder, remote.status(folder.name)
        except Problem as problem:
            if problem.trouble.step != "folder":
                raise


def _likely(folder: LocalFolder, free: Sequence[Told]) -> list[Told]:
    """What it may be, the likeliest first."""

    def unlike(one: Told) -> tuple[bool, bool]:
        to, status = one
        return status.messages != folder.told, _levels(folder.name, to)[-1] != _levels(to.name, to)[-1]

    return sorted((one for one in free if _may_be(folder, one[1])), key=unlike)[:MOST]


def _may_be(folder: LocalFolder, status: FolderStatus) -> bool:
    return status.uidvalidity == folder.uidvalidity and (not status.uidnext or status.uidnext >= folder.complete_below)


def _is(folder: LocalFolder, to: RemoteFolder, local: LocalAccount[K], remote: RemoteMailbox) -> bool:
    """Every message of a UID that both have is the same, and there is one. A pass finds what else differs."""
    ours = local.placed(folder)
    try:
        remote.open(to.name)
        there = remote.uids()
        if not _met(folder, there, local):
            return False
        both = [uid for uid in there if uid in ours]
        seen = 0
        for summary in remote.summaries(both):
            if not _alike(ours[summary.uid], summary):
                return False
            seen += 1
    except Problem as problem:
        if problem.trouble.step != "folder":
            raise
        return False
    return seen > 0


def _met(folder: LocalFolder, there: Sequence[int], local: LocalAccount[K]) -> bool:
    """Below the cursor lies nothing that we have not met there (RFC 3501 §2.3.1.1 gives no UID twice): it would never be fetched."""
    uidvalidity = folder.uidvalidity or 0
    known = {*local.stored_uids(folder, uidvalidity), *local.troubled_uids(folder, uidvalidity)}
    return all(uid in known for uid in there if uid < folder.complete_below)


def _alike(ours: Candidate, told: RemoteSummary) -> bool:
    """Not every message has a Message-ID. Where a server tells sizes wrong, its folders stay two."""
    if ours.internaldate_seconds != int(told.internaldate.timestamp()) or ours.size != told.size:
        return False
    message_id = bare_id(told.envelope.message_id) if told.envelope else b""
    return not (ours.message_id and message_id) or ours.message_id == message_id


def _taken_along(left: Sequence[LocalFolder], free: Sequence[Told], found: Sequence[Rename]) -> Iterator[Rename]:
    """What is empty proves nothing by itself. It went with others where its own name followed from theirs."""
    taken: set[bytes] = set()
    for folder, (to, status) in product(left, free):
        if taken & {folder.name, to.name}:
            continue
        empty = not folder.stored and not status.messages and status.uidnext == folder.complete_below
        if empty and _may_be(folder, status) and any(_follows(folder, to, rename) for rename in found):
            taken |= {folder.name, to.name}
            yield folder, to


def _follows(folder: LocalFolder, to: RemoteFolder, rename: Rename) -> bool:
    """`Sprawy/Kowal` is `Akta/Kowal` now: then `Sprawy` is `Akta`, and what lies below it likewise."""
    before, after = _levels(rename[0].name, to), _levels(rename[1].name, to)
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    names = _levels(folder.name, to)
    return bool(before) and names[: len(before)] == before and _levels(to.name, to) == after + names[len(before) :]


def _levels(name: bytes, like: RemoteFolder) -> list[bytes]:
    """Of a wire name, by the delimiter of `like`."""
    return name.split(like.delimiter.encode()) if like.delimiter else [name]
