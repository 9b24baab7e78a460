"""Which folder bears another name now, decided before one is taken for gone and the other for new. Nothing here writes: it asks.

A server that keeps UIDVALIDITY over a rename (RFC 3501 §6.3.5 leaves it open) tells by that which folders to compare; that they are the
same their messages prove, each that both sides have. What is not proved is a folder that is gone and a new one, and nothing is lost by it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Generic

from teczka.core.errors import Problem
from teczka.core.folders import LocalFolder
from teczka.core.mail import FolderStatus, RemoteFolder, RemoteSummary
from teczka.core.messages import Candidate
from teczka.remote.types import RemoteMailbox
from teczka.sync.plan import bare_id
from teczka.sync.ports import K, LocalAccount

Rename = tuple[LocalFolder, RemoteFolder]
Told = tuple[RemoteFolder, FolderStatus]
Names = tuple[bytes, ...]

MOST = 5  # folders that one is compared with: some servers give every folder the same UIDVALIDITY
MOST_NEW = 5000  # an office may have a folder for each case; a server that lists more new ones at once is not followed
IN_VAIN = 100_000  # messages that a pass looks at without finding anything. What is found costs no download, and is worth any number
OPENING = 500  # what it costs to open one, in messages
PIECE = 1000  # messages held at a time


def renames(listed: Sequence[RemoteFolder], local: LocalAccount[K], remote: RemoteMailbox) -> Iterator[Rename]:
    """Known folders, and what they are listed as now; each as soon as it is proved. Where all are listed as ever nothing is asked."""
    missing, new = local.unlisted(listed)
    if not missing or not new or len(new) > MOST_NEW:
        return
    delimiter = next((folder.delimiter.encode() for folder in new if folder.delimiter), b"")
    free = _Free(delimiter, _told(new, remote))
    looking = _Looking(local, remote)
    found: list[Rename] = []
    left: list[LocalFolder] = []
    for folder in missing:
        told = next((told for told in free.likely(folder) if looking.same(folder, told[0])), None)
        if told:
            yield folder, told[0]
            found.append((folder, told[0]))
            free.take(told)
        else:
            left.append(folder)
    yield from _taken_along(left, free, found)


def _told(new: Sequence[RemoteFolder], remote: RemoteMailbox) -> Iterator[Told]:
    for folder in new:
        try:
            yield folder, remote.status(folder.name)
        except Problem as problem:
            if problem.trouble.step != "folder":
                raise


class _Free:
    """New folders that nobody is yet, by what makes them likely: thousands with thousands would be millions of pairs."""

    def __init__(self, delimiter: bytes, told: Iterator[Told]) -> None:
        self._delimiter = delimiter
        self.named: dict[bytes, Told] = {}
        self._alike: dict[tuple[object, ...], dict[bytes, Told]] = defaultdict(dict)
        for to, status in told:
            self.named[to.name] = to, status
            for key in self._keys(status.uidvalidity, status.messages, to.name):
                self._alike[key][to.name] = to, status

    def likely(self, folder: LocalFolder) -> list[Told]:
        """What it may be, the likeliest first; MOST of them. Where nothing lies nothing could be proved."""
        likely: dict[bytes, Told] = {}
        for key in self._keys(folder.uidvalidity or 0, folder.told, folder.name) if folder.stored else ():
            for name, told in self._alike.get(key, {}).items():
                if len(likely) == MOST:
                    return list(likely.values())
                if told[1].messages and _may_be(folder, told[1]):
                    likely[name] = told
        return list(likely.values())

    def take(self, told: Told) -> None:
        to, status = told
        del self.named[to.name]
        for key in self._keys(status.uidvalidity, status.messages, to.name):
            del self._alike[key][to.name]

    def levels(self, name: bytes) -> Names:
        return tuple(name.split(self._delimiter)) if self._delimiter else (name,)

    def below(self, above: Names, rest: Names) -> Told | None:
        return self.named.get(self._delimiter.join(above + rest))

    def _keys(self, uidvalidity: int, messages: int, name: bytes) -> list[tuple[object, ...]]:
        last = self.levels(name)[-1]
        return [(uidvalidity, messages, last), (uidvalidity, messages), (uidvalidity, last), (uidvalidity,)]


def _may_be(folder: LocalFolder, status: FolderStatus) -> bool:
    return status.uidvalidity == folder.uidvalidity and (not status.uidnext or status.uidnext >= folder.complete_below)


class _Looking(Generic[K]):
    """Compares, until too much was compared in vain."""

    def __init__(self, local: LocalAccount[K], remote: RemoteMailbox) -> None:
        self._local = local
        self._remote = remote
        self._vain = 0

    def same(self, folder: LocalFolder, to: RemoteFolder) -> bool:
        """Every message of a UID that both have is the same, and there is one. A pass finds what else differs."""
        if self._vain >= IN_VAIN:
            return False
        before = self._vain
        self._vain += OPENING
        try:
            same = self._agreeing(folder, to) > 0
        except Problem as problem:
            if problem.trouble.step != "folder":
                raise
            same = False
        if same:
            self._vain = before
        return same

    def _agreeing(self, folder: LocalFolder, to: RemoteFolder) -> int:
        """Messages; 0 where one does not."""
        self._remote.open(to.name)
        uidvalidity = folder.uidvalidity or 0
        stored = set(self._local.stored_uids(folder, uidvalidity))
        there = self._remote.uids()
        if not self._met(folder, there, stored):
            return 0
        both = [uid for uid in there if uid in stored]
        agreeing = 0
        for at in range(0, len(both), PIECE):
            ours = self._local.placed(folder, both[at : at + PIECE])
            for summary in self._remote.summaries(sorted(ours)):
                self._vain += 1
                if not _alike(ours[summary.uid], summary):
                    return 0
                agreeing += 1
        return agreeing

    def _met(self, folder: LocalFolder, there: Sequence[int], stored: set[int]) -> bool:
        """Below the cursor lies nothing that we have not met there (RFC 3501 §2.3.1.1 gives no UID twice): it would never be fetched."""
        troubled = self._local.troubled_uids(folder, folder.uidvalidity or 0)
        return all(uid in stored or uid in troubled for uid in there if uid < folder.complete_below)


def _alike(ours: Candidate, told: RemoteSummary) -> bool:
    """Not every message has a Message-ID. Where a server tells sizes wrong, its folders stay two."""
    if ours.internaldate_seconds != int(told.internaldate.timestamp()) or ours.size != told.size:
        return False
    message_id = bare_id(told.envelope.message_id) if told.envelope else b""
    return not (ours.message_id and message_id) or ours.message_id == message_id


def _taken_along(left: Sequence[LocalFolder], free: _Free, found: Sequence[Rename]) -> Iterator[Rename]:
    """What is empty proves nothing by itself. It went with others where its own name followed from theirs: `Sprawy/Kowal` is `Akta/Kowal`
    now, then `Sprawy` is `Akta`, and what lies below it likewise."""
    became: dict[Names, set[Names]] = defaultdict(set)
    for folder, to in found:
        before, after = free.levels(folder.name), free.levels(to.name)
        while before and after and before[-1] == after[-1]:
            before, after = before[:-1], after[:-1]
        became[before].add(after)
    for folder in left:
        names = free.levels(folder.name)
        for depth in range(1, len(names) + 1):
            followed = [free.below(after, names[depth:]) for after in became.get(names[:depth], ())]
            told = next((told for told in followed if told and _both_empty(folder, told[1])), None)
            if told:
                yield folder, told[0]
                free.take(told)
                break


def _both_empty(folder: LocalFolder, status: FolderStatus) -> bool:
    empty = not folder.stored and not status.messages and status.uidnext == folder.complete_below
    return empty and _may_be(folder, status)
