"""Mailboxes in memory: what the demo's IMAP server shows and its SMTP server fills.

Everything here belongs to the event loop of the servers: other threads go through `servers.DemoServers.do`.
A folder promises what RFC 3501 §2.3.1 asks of it: UIDs only ascend, are never used twice, and every change takes a higher
modseq (RFC 7162 §3.1). Listeners are called at once after each change, which is what makes IDLE immediate.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

SYSTEM_FLAGS = ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")
DELIMITER = "."  # not "/": the name of a case folder is a file number, "I C 123/24"
_SPELLING = {flag.lower(): flag for flag in SYSTEM_FLAGS}


@dataclass(slots=True)
class DemoMessage:
    uid: int
    raw: bytes
    internaldate: datetime
    flags: frozenset[str]
    modseq: int


@dataclass(slots=True, eq=False)
class DemoFolder:
    name: str
    uidvalidity: int
    special_use: str  # RFC 6154 §2, with the backslash
    uidnext: int = 1
    highestmodseq: int = 1
    messages: dict[int, DemoMessage] = field(default_factory=dict)  # by UID, ascending
    listeners: set[Callable[[], None]] = field(default_factory=set)

    def add(self, raw: bytes, internaldate: datetime, flags: Iterable[str] = ()) -> DemoMessage:
        self.highestmodseq += 1
        message = DemoMessage(self.uidnext, raw, internaldate, spelled(flags), self.highestmodseq)
        self.messages[message.uid] = message
        self.uidnext += 1
        self._tell()
        return message

    def set_flags(self, uid: int, flags: Iterable[str]) -> None:
        message = self.messages.get(uid)
        wanted = spelled(flags)
        if message is None or message.flags == wanted:
            return
        self.highestmodseq += 1
        message.flags, message.modseq = wanted, self.highestmodseq
        self._tell()

    def expunge(self, uids: Iterable[int]) -> None:
        gone = [uid for uid in uids if self.messages.pop(uid, None)]
        if gone:
            self.highestmodseq += 1
            self._tell()

    def renumber(self, uidvalidity: int) -> None:
        """The server was rebuilt: all messages are there, under new UIDs (RFC 3501 §2.3.1.1)."""
        kept = list(self.messages.values())
        self.uidvalidity, self.uidnext = uidvalidity, 1
        self.messages = {}
        for message in kept:
            self.add(message.raw, message.internaldate, message.flags)

    @property
    def unseen(self) -> int:
        return sum("\\Seen" not in message.flags for message in self.messages.values())

    def _tell(self) -> None:
        for listener in tuple(self.listeners):
            listener()


class DemoMailbox:
    """One person's folders. INBOX always exists and its name has no case (RFC 3501 §5.1)."""

    def __init__(self, password: str, uidvalidity: int = 1) -> None:
        self.password = password
        self._uidvalidity = uidvalidity
        self._made = -1
        self.folders: dict[str, DemoFolder] = {}
        self.inbox = self.create("INBOX")

    def create(self, name: str, special_use: str = "") -> DemoFolder:
        """Raises KeyError where the folder exists already. Its parents come into being with it (RFC 3501 §6.3.3)."""
        if self.folder(name) is not None:
            raise KeyError(name)
        parent, _, _ = name.rpartition(DELIMITER)
        if parent and self.folder(parent) is None:
            self.create(parent)
        self._made += (
            1  # also counts those that are gone: a name that comes again has another UIDVALIDITY (RFC 3501 §2.3.1.1)
        )
        folder = self.folders[name] = DemoFolder(name, self._uidvalidity + self._made, special_use)
        return folder

    def remove(self, folder: DemoFolder) -> None:
        del self.folders[folder.name]

    def rename(self, folder: DemoFolder, name: str) -> None:
        """With the folders below it. Raises KeyError where one of that name exists, or would lie below itself."""
        if self.folder(name) is not None or name.startswith(folder.name + DELIMITER):
            raise KeyError(name)
        parent, _, _ = name.rpartition(DELIMITER)
        if parent and self.folder(parent) is None:
            self.create(parent)
        old = folder.name
        for other in [one for one in self.folders.values() if one is folder or one.name.startswith(old + DELIMITER)]:
            del self.folders[other.name]
            other.name = name + other.name[len(old) :]
            self.folders[other.name] = other

    def folder(self, name: str) -> DemoFolder | None:
        return self.folders.get("INBOX" if name.upper() == "INBOX" else name)

    def has_children(self, name: str) -> bool:
        return any(other.startswith(name + DELIMITER) for other in self.folders)


def spelled(flags: Iterable[str]) -> frozenset[str]:
    """System flags in the RFC's spelling; keywords as they came. \\Recent is the server's own and never stored."""
    return frozenset(_SPELLING.get(flag.lower(), flag) for flag in flags if flag.lower() != "\\recent")
