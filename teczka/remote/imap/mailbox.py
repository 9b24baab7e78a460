"""One signed-in connection for the listing and bulk download of one account (`remote.types.RemoteMailbox`)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from socket import socket
from typing import Self, TypeVar

from teczka.core.errors import Problem, Trouble
from teczka.remote.connection import ENTRY, Connection
from teczka.remote.egress import Gate
from teczka.remote.imap import change, shaping
from teczka.remote.imap.append import append
from teczka.remote.imap.arguments import Stream, short
from teczka.remote.imap.conversation import Answer, Command, Conversation, Talk
from teczka.remote.imap.examine import examine, select
from teczka.remote.imap.fetch import Flags, Messages, Summaries
from teczka.remote.imap.folders import ask_status, list_, status, status_of
from teczka.remote.imap.limits import DEFAULT, Limits
from teczka.remote.imap.noop import logout, noop
from teczka.remote.imap.refusals import at_folder
from teczka.remote.imap.responses import Event, Status, Untagged
from teczka.remote.imap.search import search
from teczka.remote.imap.signin import sign_in
from teczka.remote.imap.tokens import NotImap
from teczka.remote.imap.utf7 import path_of
from teczka.remote.talking import Way
from teczka.remote.types import (
    Credential,
    FolderStatus,
    Landed,
    RemoteFlags,
    RemoteFolder,
    RemoteMessage,
    RemoteSummary,
    Server,
    SpoolFactory,
)

T = TypeVar("T")
Reading = Flags | Summaries | Messages

IN_FLIGHT = 4  # commands


class ImapMailbox(Connection[Command, Answer, Event]):
    """`connect` makes one. Every method may raise Problem; after one whose step is not "folder" the connection is closed."""

    # Servers send by 4 KB, and to be woken for each cost a quarter of the reading thread's time in a first sync from a server slower
    # than we are, and a tenth of the server's own. Not for POP3: where messages are fetched one by one it takes twice as long.
    _few = 1 << 17
    _conversation: Conversation

    def __init__(self, sock: socket, conversation: Conversation, timeout: float, lifetime: float) -> None:
        super().__init__(sock, conversation, timeout, lifetime)
        self._folder = b""
        self._writing = False  # it was opened by SELECT
        self._keeps: frozenset[str] | None = None
        self._pending: set[bytes] = set()  # tags of a stream that its reader left early or that failed in the middle

    @classmethod
    def connect(
        cls,
        server: Server,
        credential: Credential,
        gate: Gate,
        *,
        spool: SpoolFactory | None = None,
        timeout: float = 60.0,
        limits: Limits = DEFAULT,
    ) -> Self:
        """Signed in, no folder open. `timeout` in seconds for each step: the connection, the handshake, each answer.

        Without `spool` only what is not a message is expected: an answer above `limits.response` is refused.
        """
        sock = gate.connect(server.host, server.port, timeout, named_only=server.named_only)
        conversation = Conversation(server, spool=spool, limits=limits)
        return cls(sock, conversation, timeout, ENTRY * timeout)._signed_in(credential)

    @classmethod
    def over(cls, sock: socket, server: Server, seconds: float) -> Self:
        """Not signed in yet, for who wants to see `enter` step by step. All of it has to end within `seconds`."""
        return cls(sock, Conversation(server), seconds, seconds)

    def _way_in(self, credential: Credential) -> Way[Command, Answer]:
        return sign_in(self._conversation, credential)

    @property
    def capabilities(self) -> frozenset[str]:
        """As the server told them after the sign-in, upper case."""
        return self._conversation.capabilities

    def folders(self) -> list[RemoteFolder]:
        return self._run(list_(self._conversation))

    def status(self, folder: bytes) -> FolderStatus:
        if folder == self._folder:
            self.noop()  # of an open folder STATUS need not tell what is new (RFC 3501 §6.3.10), and Dovecot does not
        return self._run(status(self._conversation, folder))

    def statuses(self, folders: Sequence[bytes]) -> dict[bytes, FolderStatus]:
        """All are asked for at once (RFC 3501 §5.5). Not by LIST-STATUS (RFC 5819): that is one answer, over which a server with
        thousands of folders may be silent for longer than we wait."""
        asked = {name for name in folders if short(name) and name != self._folder}
        told: dict[bytes, FolderStatus] = {}
        with self._closing_on_problem():
            self._drain()
            started = [self._conversation.start(ask_status(self._conversation, name)) for name in sorted(asked)]
            self._pending.update(tag for tag, _ in started)
            self._send(b"".join(data for _, data in started))
            for untagged in self._until_answered():
                if untagged.kind == "STATUS" and (one := status_of(untagged, self._conversation)) and one[0] in asked:
                    told[one[0]] = one[1]
        return told

    def open(self, folder: bytes) -> FolderStatus:
        self._writing = False
        opened = self._run(examine(self._conversation, folder))
        self._folder = folder
        return opened

    def uids(self, lowest: int = 1) -> list[int]:
        return self._run(search(self._conversation, self._folder, lowest))

    def flags(self, uids: list[int] | None = None, changed_since: int | None = None) -> Iterator[RemoteFlags]:
        """Without CONDSTORE `changed_since` means nothing and all are given."""
        reading = Flags(self._conversation, uids, changed_since)
        return self._stream(reading, reading.read)

    def summaries(self, uids: list[int]) -> Iterator[RemoteSummary]:
        reading = Summaries(self._conversation, uids)
        return self._stream(reading, reading.read)

    def messages(
        self, uids: list[int], envelopes: bool = False, pause: Callable[[], bool] | None = None
    ) -> Iterator[RemoteMessage]:
        """Dovecot works on the commands in flight side by side, so that up to four hundred messages may come mixed (RFC 3501 §5.5).

        A message that the server gives as empty though it has a size is left out, like one that is gone.
        """
        reading = Messages(self._conversation, uids, envelopes)
        return self._stream(reading, reading.read, pause)

    @property
    def moves(self) -> bool:
        return "MOVE" in self.capabilities

    @property
    def expunges(self) -> bool:
        return "UIDPLUS" in self.capabilities

    def select(self, folder: bytes) -> FolderStatus:
        self._writing = False
        selected = self._run(select(self._conversation, folder))
        self._folder, self._writing, self._keeps = folder, True, selected.keeps
        return selected

    def keeps(self, flag: str) -> bool:
        """RFC 3501 §7.1: a server that does not tell keeps all; with \\* it takes keywords that it has not met."""
        self._check_selected()
        return self._keeps is None or not self._keeps.isdisjoint({flag.lower(), "\\*"})

    def store_flags(self, uids: Sequence[int], flags: Sequence[str], *, add: bool) -> None:
        self._check_selected()
        self._run(change.store_flags(self._conversation, self._folder, uids, change.spelled(flags), add))

    def copy(self, uids: Sequence[int], target: bytes) -> Landed:
        return self._run(change.copy(self._conversation, uids, target))

    def move(self, uids: Sequence[int], target: bytes) -> Landed:
        self._check_selected()
        return self._run(change.move(self._conversation, uids, target))

    def expunge(self, uids: Sequence[int]) -> None:
        self._check_selected()
        self._run(change.expunge(self._conversation, self._folder, uids))

    def _check_selected(self) -> None:
        """UIDs mean nothing in another folder than the one that they were verified in: `open` ends what `select` began."""
        if not self._writing:
            raise Problem(Trouble.INTERNAL, argument="folder")

    def append(
        self, folder: bytes, size: int, chunks: Iterable[bytes], flags: Sequence[str], date: datetime
    ) -> tuple[int, int] | None:
        return self._run(append(self._conversation, folder, Stream(size, chunks), flags, date))

    def create(self, folder: bytes) -> None:
        self._run(shaping.create(self._conversation, folder))

    def rename(self, folder: bytes, to: bytes) -> None:
        self._run(shaping.rename(self._conversation, folder, to))

    def remove(self, folder: bytes) -> None:
        self._run(shaping.remove(self._conversation, folder))

    def noop(self) -> None:
        """NOOP, RFC 3501 §6.1.2: keeps the connection alive."""
        self._run(noop(self._conversation))

    def _farewell(self) -> None:
        if not self._pending:
            self._run(logout(self._conversation))

    def _run(self, talk: Talk[T]) -> T:
        with self._closing_on_problem():
            self._drain()
        return super()._run(talk)

    def _stream(
        self, reading: Reading, read: Callable[[Untagged], T | None], pause: Callable[[], bool] | None = None
    ) -> Iterator[T]:
        """Up to IN_FLIGHT commands at once; each item as soon as it is whole."""
        with self._closing_on_problem():
            self._drain()
            commands = _until(iter(reading.commands()), pause)
            ignored = 0
            while self._refill(commands):
                event = self._event()
                if isinstance(event, Status) and event.tag in self._pending:
                    self._pending.discard(event.tag)
                    self._check(event)
                elif (item := self._read(event, read)) is not None:
                    yield item
                else:
                    ignored += 1
                    if ignored > self._conversation.limits.responses:
                        raise Problem(Trouble.SERVER_LIMIT, host=self._conversation.host)

    def _refill(self, commands: Iterator[Command]) -> bool:
        """False when all is answered."""
        while len(self._pending) < IN_FLIGHT and (command := next(commands, None)):
            tag, data = self._conversation.start(command)
            self._pending.add(tag)
            self._send(data)
        return bool(self._pending)

    def _read(self, event: Event, read: Callable[[Untagged], T | None]) -> T | None:
        if not isinstance(event, Untagged):
            return None
        item = None
        try:
            item = read(event) if event.kind == "FETCH" else None
        except NotImap as error:
            raise self._conversation.garbage() from error
        finally:
            if not isinstance(item, RemoteMessage):
                event.discard()
        return item

    def _check(self, ended: Status) -> None:
        """EXPUNGEISSUED only says that some are gone (RFC 5530 §3), which the caller sees by what it got."""
        if ended.kind != "OK" and ended.code != "EXPUNGEISSUED":
            detail = self._conversation.detail(ended)
            raise at_folder(ended, self._conversation.host, path_of(self._folder), detail)

    def _drain(self) -> None:
        """Hear out the commands of a stream that ended early."""
        for _ in self._until_answered():
            pass

    def _until_answered(self) -> Iterator[Untagged]:
        count = 0
        while self._pending:
            event = self._event()
            count += 1
            if count > self._conversation.limits.responses:
                raise Problem(Trouble.SERVER_LIMIT, host=self._conversation.host)
            if isinstance(event, Status):
                self._pending.discard(event.tag or b"")
            elif isinstance(event, Untagged):
                yield event
                event.discard()

    def _drop(self) -> None:
        self._pending.clear()
        super()._drop()


def _until(commands: Iterator[Command], pause: Callable[[], bool] | None) -> Iterator[Command]:
    """At least as many as are in flight at once, so that even a stream that is always interrupted comes to its end."""
    yield from islice(commands, IN_FLIGHT)
    while not (pause and pause()) and (command := next(commands, None)):
        yield command
