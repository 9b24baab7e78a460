"""A mail server in memory for many thousand passes: folders that change between passes, and connections that break on demand.

`remote.types.RemoteMailbox` as a product of its own; the wire is proved elsewhere (tests/contract/test_mailbox.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from teczka.core.errors import Problem, Trouble
from teczka.core.mail import (
    Envelope,
    FolderStatus,
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

    def folders(self) -> list[RemoteFolder]:
        self._answer("LIST")
        if self.lists_nothing:
            return []
        return [RemoteFolder(name, name.decode(), "/", frozenset()) for name in self.server.folders]

    def status(self, folder: bytes) -> FolderStatus:
        self._answer("STATUS")
        return self._status(folder)

    def open(self, folder: bytes) -> FolderStatus:
        self._answer("EXAMINE")
        self._open = folder
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

    def messages(self, uids: list[int], envelopes: bool = False) -> Iterator[RemoteMessage]:
        for at in range(0, len(uids), 100):
            chunk = set(uids[at : at + 100])
            for held in self._messages():
                if held.uid in chunk:
                    if held.raw in self.server.poisoned:
                        raise Problem(Trouble.SERVER_CLOSED, host="play.example")
                    self._answer("BODY")
                    made = RemoteMessage(held.uid, held.flags, held.when, len(held.raw), held.raw)
                    yield replace(made, envelope=_envelope(held)) if envelopes else made

    def close(self) -> None:
        self.asked.append("LOGOUT")

    def _messages(self) -> list[Held]:
        return [] if self.shows_nothing else list(self.server.folders[self._open].messages)

    def _status(self, name: bytes) -> FolderStatus:
        if name in self.refused:
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
