"""One signed-in session, which is a snapshot of the mailbox (`remote.types.RemoteDrop`).

A session in which a message was fetched ends without QUIT. Only QUIT takes a server to the UPDATE state (RFC 1939 §6), in which those
that keep nothing remove what was fetched (EXPIRE 0, RFC 2449 §6.7): by hanging up nothing is removed (P3). Whether RETR marks a message
as read for other programs is the server's choice.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from socket import socket
from typing import Self, TypeVar

from teczka.core.mail import DropEntry, DropHint, RemoteMessage
from teczka.remote.connection import ENTRY, Connection
from teczka.remote.egress import Gate
from teczka.remote.pop3 import drop
from teczka.remote.pop3.commands import Verb
from teczka.remote.pop3.conversation import Command, Conversation
from teczka.remote.pop3.drop import Listing
from teczka.remote.pop3.head import arrival, envelope, fingerprint, header_block
from teczka.remote.pop3.limits import DEFAULT, Limits
from teczka.remote.pop3.reader import Response
from teczka.remote.pop3.refusals import at_command, is_later
from teczka.remote.pop3.signin import leave, sign_in
from teczka.remote.talking import Way
from teczka.remote.types import Credential, Server, SpoolFactory

X = TypeVar("X")

IN_FLIGHT = 64  # commands, where the server takes more than one (PIPELINING, RFC 2449 §6.6)


class Pop3Drop(Connection[Command, Response, Response]):
    """`connect` makes one. Every method may raise Problem; the connection is closed then."""

    _conversation: Conversation

    def __init__(
        self,
        sock: socket,
        conversation: Conversation,
        timeout: float,
        lifetime: float,
        *,
        listing: Listing | None = None,
    ) -> None:
        super().__init__(sock, conversation, timeout, lifetime)
        self._listing = listing  # where it was asked for already
        self._fetched = False  # QUIT would change something
        self._worn = False  # the server fell silent in the middle

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
        """Signed in. `timeout` in seconds for each step: the connection, the handshake, each answer. Without `spool` messages lie in
        memory, however large."""
        sock = gate.connect(server.host, server.port, timeout, named_only=server.named_only)
        conversation = Conversation(server, spool=spool, limits=limits)
        return cls(sock, conversation, timeout, ENTRY * timeout)._signed_in(credential)

    @classmethod
    def over(cls, sock: socket, server: Server, seconds: float) -> Self:
        """Not signed in yet, for who wants to see `enter` step by step. All of it has to end within `seconds`."""
        return cls(sock, Conversation(server), seconds, seconds)

    def _way_in(self, credential: Credential) -> Way[Command, Response]:
        return sign_in(self._conversation, credential)

    @property
    def login_delay(self) -> float:
        """Seconds that the server wants between two sessions (LOGIN-DELAY, RFC 2449 §6.5); 0 where it does not say."""
        told = (self._conversation.capabilities or {}).get("LOGIN-DELAY", frozenset())
        return max((float(word) for word in told if word.isdecimal() and len(word) < 6), default=0.0)

    def stat(self) -> tuple[int, int | None]:
        """Messages, and bytes where the server tells them."""
        return self._run(drop.stat(self._conversation))

    def listing(self) -> list[DropEntry]:
        if self._listing is None:
            self._listing = self._run(drop.listing(self._conversation))
        with self._closing_on_problem():
            return drop.entries(self._listing, self._conversation)

    @property
    def digest(self) -> bytes:
        """Of the listing as it came; empty before."""
        return self._listing.digest if self._listing else b""

    def heads(self, entries: Sequence[DropEntry]) -> Iterator[tuple[DropEntry, bytes]]:
        """TOP is optional, and many servers without CAPA know it: the first tells whether the others are asked for."""
        for some in (entries[:1], entries[1:]):
            refused = True
            for entry, response in self._stream((entry, Command.of(Verb.TOP, entry.number, 0)) for entry in some):
                if response.status.ok:
                    refused = False
                    yield entry, fingerprint(_headers(response, self._conversation.limits))
            if refused:
                return

    def messages(self, wanted: Sequence[tuple[int, DropEntry]], envelopes: bool = False) -> Iterator[RemoteMessage]:
        self._fetched = True
        commands = ((pair, Command(Verb.RETR, (pair[1].number,), pair[1].size)) for pair in wanted)
        for (uid, entry), response in self._stream(commands):
            if response.status.ok:
                yield self._message(uid, entry, response, envelopes)
            elif is_later(response.status):
                detail = self._conversation.detail(response.status)
                raise at_command(response.status, self._conversation.host, detail)

    def _farewell(self) -> None:
        if not (self._fetched or self._worn):
            self._run(leave())

    def _message(self, uid: int, entry: DropEntry, response: Response, envelopes: bool) -> RemoteMessage:
        content = response.content
        assert content is not None  # noqa: S101  RETR has one
        block = _headers(response, self._conversation.limits)
        return RemoteMessage(
            uid=uid,
            flags=frozenset(),
            internaldate=arrival(block),
            size=entry.size,
            body=content.body,
            envelope=envelope(block) if envelopes else None,
            sha256=content.digest(),
            hint=DropHint(entry.uidl, entry.size, fingerprint(block)),
        )

    def _stream(self, asked: Iterable[tuple[X, Command]]) -> Iterator[tuple[X, Response]]:
        """Answers come in the order of the commands (RFC 2449 §6.6). Left before its end the connection is closed: a fresh session costs
        less than hearing out what nobody wants."""
        most = IN_FLIGHT if "PIPELINING" in (self._conversation.capabilities or {}) else 1
        waiting: deque[X] = deque()
        left = iter(asked)
        whole = False
        try:
            with self._closing_on_problem():
                while self._refill(left, waiting, most):
                    yield waiting.popleft(), self._response()
            whole = True
        finally:
            if not whole:
                self._drop()

    def _refill(self, left: Iterator[tuple[X, Command]], waiting: deque[X], most: int) -> bool:
        """False when all is answered. Half a window at a time, so that many commands are one write."""
        if len(waiting) <= most // 2:
            data = b""
            while len(waiting) < most and (pair := next(left, None)):
                waiting.append(pair[0])
                data += self._conversation.start(pair[1])
            if data:
                self._send(data)
        return bool(waiting)

    def _response(self) -> Response:
        asked_again = False
        while (response := self._conversation.event()) is None:
            if self._conversation.reader.stuck:
                asked_again = True
                self._send(self._conversation.start(Command.of(Verb.NOOP)))
            self._receive()
        if response.status.kind == "+":
            raise self._conversation.garbage()
        if asked_again:
            self._response()
        return response

    def _receive(self, seconds: float = 0.0) -> None:
        if self._worn:
            raise self._conversation.silence()
        super()._receive(seconds)

    def _enough(self) -> bool:
        return self._conversation.reader.ready or self._conversation.reader.stuck

    def _settled(self) -> bool:
        self._worn = True
        return self._conversation.reader.settle()


def _headers(response: Response, limits: Limits) -> bytes:
    content = response.content
    if content is None:
        return b""
    return header_block(content.body if isinstance(content.body, bytearray) else content.prefix, limits.head)
