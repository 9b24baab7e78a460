"""The blocking transport: one signed-in connection for the listing and bulk download of one account (`remote.types.RemoteMailbox`).

It reads from the socket only when the caller wants the next item, so that it never holds more than the message under way.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from socket import socket
from ssl import SSLObject
from typing import Self, TypeVar

from teczka.core.errors import Problem, Trouble
from teczka.core.ladder import Step
from teczka.remote.egress import Gate
from teczka.remote.imap import change, shaping
from teczka.remote.imap.append import append
from teczka.remote.imap.arguments import Stream
from teczka.remote.imap.conversation import Command, Conversation, Need, Talk
from teczka.remote.imap.examine import examine, select
from teczka.remote.imap.fetch import Flags, Messages, Summaries
from teczka.remote.imap.folders import list_, status
from teczka.remote.imap.limits import DEFAULT, Limits
from teczka.remote.imap.noop import logout, noop
from teczka.remote.imap.refusals import at_folder
from teczka.remote.imap.responses import Event, Status, Untagged
from teczka.remote.imap.search import search
from teczka.remote.imap.signin import enter, greet, starttls
from teczka.remote.imap.tokens import NotImap
from teczka.remote.imap.utf7 import path_of
from teczka.remote.types import (
    Credential,
    FolderStatus,
    Landed,
    RemoteFlags,
    RemoteFolder,
    RemoteMessage,
    RemoteSummary,
    Security,
    Server,
    SpoolFactory,
)
from teczka.remote.wire import Wire

T = TypeVar("T")
Reading = Flags | Summaries | Messages

IN_FLIGHT = 4  # commands
ENTRY = 4  # steps: what a sign-in as a whole may take
PACE = 1024  # bytes a second that a server must deliver beyond its time-out: a trickle is no answer
# Where less than FEW bytes have come of an answer, the rest gathers for a moment: servers send by 4 KB, and to be woken for each cost a
# quarter of the reading thread's time in a first sync from a server slower than we are, and a tenth of the server's own.
FEW = 1 << 17
MOMENT = 0.001  # seconds


class ImapMailbox:
    """`connect` makes one. Every method may raise Problem; after one whose step is not "folder" the connection is closed."""

    def __init__(self, server: Server, sock: socket, conversation: Conversation, timeout: float, end: float) -> None:
        self._server = server
        self._wire = Wire(sock, server, timeout, end)
        self._conversation = conversation
        self._timeout = timeout
        self._end = end  # of the whole connection, by time.monotonic()
        self._folder = b""
        self._writing = False  # it was opened by SELECT
        self._keeps: frozenset[str] | None = None
        self._pending: set[bytes] = set()  # tags of a stream that its reader left early or that failed in the middle
        self._closed = False

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
        mailbox = cls(
            server, sock, Conversation(server, spool=spool, limits=limits), timeout, time.monotonic() + ENTRY * timeout
        )
        for _ in mailbox.enter(credential):
            pass
        mailbox._outlast()
        return mailbox

    @classmethod
    def over(cls, sock: socket, server: Server, seconds: float) -> Self:
        """Not signed in yet, for who wants to see `enter` step by step. All of it has to end within `seconds`."""
        return cls(server, sock, Conversation(server), seconds, time.monotonic() + seconds)

    def enter(self, credential: Credential) -> Iterator[Step]:
        """From the first byte to the authenticated state: yields what was reached."""
        security, conversation = self._server.security, self._conversation
        if security is Security.TLS:
            with self._closing_on_problem():
                self._wire.handshake()
            yield Step.TLS
        preauthenticated = self._run(greet(security, self._server.host))
        yield Step.GREETING
        if security is Security.STARTTLS:
            self._run(starttls(conversation))
            yield Step.TLS
        self._run(enter(conversation, credential, preauthenticated=preauthenticated))
        yield Step.SIGNIN

    @property
    def tls(self) -> SSLObject | None:
        """What encrypts the connection."""
        return self._wire.tls

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

    def cut(self) -> None:
        """From any thread, without a farewell: whatever is under way ends with a Problem."""
        self._wire.cut()

    def close(self) -> None:
        if self._closed:
            return
        try:
            if not self._pending:
                self._run(logout(self._conversation))
        except Problem:
            pass  # nothing is lost with a farewell
        finally:
            self._drop()

    def _run(self, talk: Talk[T]) -> T:
        with self._closing_on_problem():
            self._drain()
            play = self._conversation.play(talk)
            try:
                while True:
                    want = next(play)
                    if want is Need.MORE:
                        self._receive()
                    elif want is Need.HANDSHAKE:
                        self._wire.handshake()
                    elif isinstance(want, bytes):
                        self._send(want)
            except StopIteration as done:
                result: T = done.value
                return result

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
                        raise Problem(Trouble.SERVER_LIMIT, host=self._server.host)

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
            raise at_folder(ended, self._server.host, path_of(self._folder), detail)

    def _drain(self) -> None:
        """Hear out the commands of a stream that ended early."""
        while self._pending:
            event = self._event()
            if isinstance(event, Status):
                self._pending.discard(event.tag or b"")
            elif isinstance(event, Untagged):
                event.discard()

    def _event(self) -> Event:
        while (event := self._conversation.event()) is None:
            self._receive()
        return event

    def _receive(self) -> None:
        """Until a response is whole. A server must keep PACE: it has its time-out, and no more than that at any moment."""
        reader, wire = self._conversation.reader, self._wire
        count = FEW
        deadline = min(time.monotonic() + self._timeout, self._end)
        try:
            wire.patience(wire.seconds)
            while True:
                wire.pull(reader)
                if reader.ready:
                    return
                if count < FEW:
                    time.sleep(MOMENT)
                if self._end < math.inf:
                    wire.patience(wire.seconds)
                count = wire.receive()
                now = time.monotonic()
                if now > deadline:
                    raise self._conversation.silence()
                if not count:
                    raise Problem(Trouble.SERVER_CLOSED, host=self._server.host)
                deadline = min(deadline + count / PACE, now + self._timeout, self._end)
        except TimeoutError as error:
            raise self._conversation.silence() from error
        except OSError as error:
            raise Problem(Trouble.SERVER_CLOSED, host=self._server.host) from error

    def _send(self, data: bytes) -> None:
        try:
            self._wire.send(data)
        except TimeoutError as error:
            raise self._conversation.silence() from error

    def _outlast(self) -> None:
        self._end = math.inf
        self._wire.outlast()

    @contextmanager
    def _closing_on_problem(self) -> Iterator[None]:
        try:
            yield
        except Problem as problem:
            if problem.trouble.step != "folder":
                self._drop()
            raise

    def _drop(self) -> None:
        self._closed = True
        self._pending.clear()
        self._conversation.reader.close()
        self._wire.close()


def _until(commands: Iterator[Command], pause: Callable[[], bool] | None) -> Iterator[Command]:
    """At least as many as are in flight at once, so that even a stream that is always interrupted comes to its end."""
    yield from islice(commands, IN_FLIGHT)
    while not (pause and pause()) and (command := next(commands, None)):
        yield command
