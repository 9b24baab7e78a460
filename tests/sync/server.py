"""A mail server in memory for many thousand passes: folders that change between passes, and connections that break on demand.

`remote.types.RemoteMailbox` as a product of its own; the wire is proved elsewhere (tests/contract/test_mailbox.py).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

from teczka.core.errors import Problem, Trouble
from teczka.core.mail import (
    NOWHERE,
    Envelope,
    FolderStatus,
    Landed,
    RemoteFlags,
    RemoteFolder,
    RemoteMessage,
    RemoteSummary,
)

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Held:
    uid: int
    raw: bytes
    when: datetime
    flags: frozenset[str]
    modseq: int
    message_id: bytes


@dataclass
class PlayFolder:
    uidvalidity: int = 1
    uidnext: int = 1
    modseq: int = 1
    messages: list[Held] = field(default_factory=list)

    def deliver(self, raw: bytes, message_id: bytes = b"", when: datetime | None = None) -> Held:
        self.modseq += 1
        held = Held(
            self.uidnext, raw, when or EPOCH + timedelta(seconds=self.uidnext), frozenset(), self.modseq, message_id
        )
        self.uidnext += 1
        self.messages.append(held)
        return held

    def held(self, uid: int) -> Held:
        return next(held for held in self.messages if held.uid == uid)

    def put(self, raw: bytes, flags: frozenset[str], when: datetime) -> Held:
        """With all that it has: copied, moved or appended."""
        held = self.deliver(raw, _message_id(raw), when)
        held.flags = flags
        return held

    def flag(self, held: Held, flags: frozenset[str]) -> None:
        self.modseq += 1
        held.flags, held.modseq = flags, self.modseq

    def expunge(self, held: Held) -> None:
        self.modseq += 1
        self.messages.remove(held)

    def number_anew(self) -> None:
        """What a server does that lost its indexes."""
        self.uidvalidity += 1
        for uid, held in enumerate(self.messages, 1):
            held.uid = uid
        self.uidnext = len(self.messages) + 1
        self.modseq = 1

    def present(self) -> dict[int, tuple[bytes, frozenset[str]]]:
        return {held.uid: (held.raw, held.flags) for held in self.messages}


@dataclass
class PlayServer:
    folders: dict[bytes, PlayFolder] = field(default_factory=lambda: {b"INBOX": PlayFolder()})
    condstore: bool = True
    uidnext_told: bool = True
    poisoned: set[bytes] = field(default_factory=set)  # raw messages at which the connection always breaks
    extensions: set[str] = field(default_factory=lambda: {"MOVE", "UIDPLUS"})
    read_only: set[bytes] = field(default_factory=set)
    keywords: bool = True  # any, and for good
    full: bool = False  # over quota
    said: list[str] = field(default_factory=list)  # all that would have changed something


@dataclass
class PlayMailbox:
    """A connection. `breaks_after`: so many answers later it breaks."""

    server: PlayServer
    breaks_after: int | None = None
    refused: set[bytes] = field(default_factory=set)
    lists_nothing: bool = False
    shows_nothing: bool = False  # folders open, but as if all were empty
    asked: list[str] = field(default_factory=list)
    _open: bytes = b""
    _writing: bool = False

    def folders(self) -> list[RemoteFolder]:
        self._answer("LIST")
        if self.lists_nothing:
            return []
        return [RemoteFolder(name, name.decode(), "/", frozenset()) for name in self.server.folders]

    def status(self, folder: bytes) -> FolderStatus:
        self._answer("STATUS")
        return self._status(folder)

    def statuses(self, folders: Sequence[bytes]) -> dict[bytes, FolderStatus]:
        """All but the open one, of which a server need not tell what is new."""
        told: dict[bytes, FolderStatus] = {}
        for name in folders:
            if name != self._open and name not in self.refused:
                told[name] = self.status(name)
        return told

    def open(self, folder: bytes) -> FolderStatus:
        self._answer("EXAMINE")
        self._open, self._writing = folder, False
        return self._status(folder)

    def uids(self, lowest: int = 1) -> list[int]:
        self._answer("SEARCH")
        return [held.uid for held in self._messages() if held.uid >= lowest]

    def flags(self, uids: list[int] | None = None, changed_since: int | None = None) -> Iterator[RemoteFlags]:
        since = changed_since or 0
        for held in self._messages():
            if (uids is None or held.uid in uids) and held.modseq > since:
                self._answer("FLAGS")
                yield RemoteFlags(held.uid, held.flags, held.modseq if self.server.condstore else None)

    def summaries(self, uids: list[int]) -> Iterator[RemoteSummary]:
        for held in self._messages():
            if held.uid in uids:
                self._answer("SUMMARY")
                yield RemoteSummary(held.uid, held.flags, held.when, len(held.raw), _envelope(held))

    def messages(
        self, uids: list[int], envelopes: bool = False, pause: Callable[[], bool] | None = None
    ) -> Iterator[RemoteMessage]:
        for at in range(0, len(uids), 100):
            if at and pause and pause():
                return
            chunk = set(uids[at : at + 100])
            for held in self._messages():
                if held.uid in chunk:
                    if held.raw in self.server.poisoned:
                        raise Problem(Trouble.SERVER_CLOSED, host="play.example")
                    self._answer("BODY")
                    made = RemoteMessage(held.uid, held.flags, held.when, len(held.raw), held.raw)
                    yield replace(made, envelope=_envelope(held)) if envelopes else made

    @property
    def moves(self) -> bool:
        return "MOVE" in self.server.extensions

    @property
    def expunges(self) -> bool:
        return "UIDPLUS" in self.server.extensions

    def select(self, folder: bytes) -> FolderStatus:
        self._answer("SELECT")
        status = self._status(folder)
        if folder in self.server.read_only:
            raise Problem(Trouble.FOLDER_READ_ONLY, folder=folder.decode())
        self._open, self._writing = folder, True
        return status

    def keeps(self, flag: str) -> bool:
        assert self._writing
        return self.server.keywords

    def store_flags(self, uids: Sequence[int], flags: Sequence[str], *, add: bool) -> None:
        self._change("STORE", uids)
        for held in self._chosen(uids):
            self._folder.flag(held, held.flags | set(flags) if add else held.flags - set(flags))
        self._answer("STORED")

    def copy(self, uids: Sequence[int], target: bytes) -> Landed:
        self._change("COPY", uids, target)
        made = {held.uid: self._put(held, target) for held in self._chosen(uids)}
        self._answer("COPIED")
        return Landed(self.server.folders[target].uidvalidity, made) if made and self.expunges else NOWHERE

    def move(self, uids: Sequence[int], target: bytes) -> Landed:
        assert self.moves
        self._change("MOVE", uids, target)
        made = {}
        for held in self._chosen(uids):
            made[held.uid] = self._put(held, target)
            self._folder.expunge(held)
            self._answer("MOVED")  # one after the other: a connection may break between two
        return Landed(self.server.folders[target].uidvalidity, made) if made and self.expunges else NOWHERE

    def _put(self, held: Held, target: bytes) -> int:
        return self.server.folders[target].put(held.raw, held.flags, held.when).uid

    def expunge(self, uids: Sequence[int]) -> None:
        assert self.expunges
        self._change("EXPUNGE", uids)
        for held in self._chosen(uids):
            if "\\Deleted" in held.flags:
                self._folder.expunge(held)
        self._answer("EXPUNGED")

    def append(
        self, folder: bytes, size: int, chunks: Iterable[bytes], flags: Sequence[str], date: datetime
    ) -> tuple[int, int] | None:
        raw = b"".join(chunks)
        assert len(raw) == size
        self._change("APPEND", [], folder)
        made = self.server.folders[folder].put(raw, frozenset(flags), date)
        self._answer("APPENDED")
        return (self.server.folders[folder].uidvalidity, made.uid) if self.expunges else None

    def create(self, folder: bytes) -> None:
        self._answer("CREATE")
        if folder in self.server.folders:
            raise Problem(Trouble.FOLDER_EXISTS, folder=folder.decode())
        self.server.folders[folder] = PlayFolder(uidvalidity=len(self.server.folders) + 100)

    def rename(self, folder: bytes, to: bytes) -> None:
        self._answer("RENAME")
        if to in self.server.folders:
            raise Problem(Trouble.FOLDER_EXISTS, folder=to.decode())
        self._named(folder)
        self.server.folders[to] = self.server.folders.pop(folder)

    def remove(self, folder: bytes) -> None:
        self._answer("DELETE")
        self._named(folder)
        del self.server.folders[folder]

    def close(self) -> None:
        self.asked.append("LOGOUT")

    @property
    def _folder(self) -> PlayFolder:
        return self.server.folders[self._open]

    def _chosen(self, uids: Sequence[int]) -> list[Held]:
        return [held for held in self._messages() if held.uid in set(uids)]

    def _change(self, verb: str, uids: Sequence[int], target: bytes | None = None) -> None:
        assert self._writing or verb == "APPEND"
        self._answer(verb)
        if target is not None:
            self._named(target, Trouble.FOLDER_REFUSED)
            if self.server.full:
                raise Problem(Trouble.FOLDER_QUOTA, folder=target.decode())
            if target in self.server.read_only:
                raise Problem(Trouble.FOLDER_READ_ONLY, folder=target.decode())
        self.server.said.append(f"{verb} {','.join(map(str, uids))}".strip())

    def _named(self, name: bytes, trouble: Trouble = Trouble.FOLDER_DENIED) -> None:
        if name not in self.server.folders:
            raise Problem(trouble, folder=name.decode())

    def _messages(self) -> list[Held]:
        return [] if self.shows_nothing else list(self.server.folders[self._open].messages)

    def _status(self, name: bytes) -> FolderStatus:
        if name in self.refused or name not in self.server.folders:
            raise Problem(Trouble.FOLDER_REFUSED, folder=name.decode())
        folder = self.server.folders[name]
        return FolderStatus(
            folder.uidvalidity,
            folder.uidnext if self.server.uidnext_told else 0,
            0 if self.shows_nothing else len(folder.messages),
            folder.modseq if self.server.condstore else None,
        )

    def _answer(self, verb: str) -> None:
        if self.breaks_after is not None:
            if self.breaks_after == 0:
                raise Problem(Trouble.SERVER_CLOSED, host="play.example")
            self.breaks_after -= 1
        self.asked.append(verb)


def _envelope(held: Held) -> Envelope:
    return Envelope(b"", b"", (), (), (), b"", b"<" + held.message_id + b">" if held.message_id else b"")


def _message_id(raw: bytes) -> bytes:
    told = message_from_bytes(raw).get("Message-ID", "")
    return str(told).strip("<>").encode()
