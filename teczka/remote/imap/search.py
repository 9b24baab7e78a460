"""UID SEARCH, RFC 3501 §6.4.4, in the short form of ESEARCH (RFC 4731) where offered: a few bytes for a folder of 100,000."""

import re

from teczka.core.errors import Problem, Trouble
from teczka.remote.imap.conversation import Command, Conversation, Talk
from teczka.remote.imap.folders import check
from teczka.remote.imap.reader import Piece
from teczka.remote.imap.tokens import LARGEST, NotImap

_UIDS = re.compile(rb"(?: ++\d{1,10})*+ *+")
_RANGES = re.compile(rb"\d{1,10}(?::\d{1,10})?(?:,\d{1,10}(?::\d{1,10})?)*+")
_ALL = re.compile(rb" ALL ([0-9:,]++)", re.IGNORECASE)


def search(conversation: Conversation, folder: bytes, lowest: int = 1) -> Talk[list[int]]:
    """All UIDs ≥ lowest of the open folder. `5:*` also gives the last message where its UID is below 5 (§6.4.8): left out here."""
    criteria = ("ALL",) if lowest <= 1 else ("UID", f"{lowest}:*")
    if "ESEARCH" in conversation.capabilities:
        answer = yield Command.of("UID", "SEARCH", "RETURN", ("ALL",), *criteria)
    else:
        answer = yield Command.of("UID", "SEARCH", *criteria)
    check(answer, conversation, folder)
    found = _Found(conversation)
    for untagged in answer.untagged:
        if untagged.kind == "SEARCH":
            _list(untagged.rest[0], found)
        elif untagged.kind == "ESEARCH":
            _expand(untagged.rest[0], found)
    if max(found.uids, default=0) >= LARGEST:
        raise NotImap("UID")
    return sorted(uid for uid in found.uids if uid >= max(1, lowest))


class _Found:
    def __init__(self, conversation: Conversation) -> None:
        self.uids: set[int] = set()
        self._left = conversation.limits.uids
        self._host = conversation.host

    def expect(self, count: int) -> None:
        """Before so many are read. Those told again count again, or one range a thousand times would be work without end."""
        self._left -= count
        if self._left < 0:
            raise Problem(Trouble.SERVER_LIMIT, host=self._host)


def _list(rest: Piece, found: _Found) -> None:
    """` 2 84 882`; CONDSTORE may append `(MODSEQ 917162500)` (RFC 7162 §3.1.5)."""
    if not isinstance(rest, bytes):
        raise NotImap("SEARCH")
    listed = rest.partition(b"(")[0]
    found.expect(listed.count(b" "))
    if not _UIDS.fullmatch(listed):
        raise NotImap("SEARCH")
    found.uids.update(map(int, listed.split()))


def _expand(rest: Piece, found: _Found) -> None:
    """` (TAG "T5") UID ALL 1:17,21`; without ALL nothing was found (RFC 4731 §3.1)."""
    told = _ALL.search(rest) if isinstance(rest, bytes) else None
    if told is None:
        return
    if not _RANGES.fullmatch(told[1]):
        raise NotImap("ESEARCH")
    found.expect(told[1].count(b",") + 1)
    for part in told[1].split(b","):
        low, _, high = part.partition(b":")
        ends = sorted((int(low), int(high or low)))
        found.expect(ends[1] - ends[0])
        found.uids.update(range(ends[0], ends[1] + 1))
