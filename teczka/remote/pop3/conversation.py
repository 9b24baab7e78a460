"""One POP3 connection without its socket: the states of RFC 1939 §3.

A verb is a generator (a `Talk`): it yields what is to be said and is sent what was answered. `play` turns it into the three things that a
transport can do: send bytes, receive more, shake hands. Whatever a server says, only `Problem` is raised.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from teczka.core.errors import Problem, Trouble
from teczka.remote.pop3.commands import Verb, Want, encode, encode_reply, want
from teczka.remote.pop3.limits import DEFAULT, Limits
from teczka.remote.pop3.reader import Reader, Response
from teczka.remote.pop3.status import Status
from teczka.remote.types import Security, Server, SpoolFactory

Capabilities = dict[str, frozenset[str]]  # by name, with their parameters; all upper case


class Step(Enum):
    """What a talk wants from its transport besides a command."""

    GREETING = "wait for the server's first words"
    HANDSHAKE = "encrypt, then forget everything heard before"


@dataclass(frozen=True, slots=True)
class Command:
    """`size`: of the message asked for, as LIST told it. `replies` answer challenges, one after the other."""

    verb: Verb
    arguments: tuple[bytes | int, ...] = field(default=(), repr=False)
    size: int = 0
    replies: tuple[bytes, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, verb: Verb, *arguments: bytes | int) -> "Command":
        return cls(verb, arguments)


class Need(Enum):
    """What a play wants from its transport besides sending the bytes that it yields."""

    MORE = "receive into the reader, at least one byte"
    HANDSHAKE = "encrypt the connection"


T = TypeVar("T")
Talk = Generator[Command | Step, Response, T]
Play = Generator[bytes | Need, None, T]


class Conversation:
    def __init__(self, server: Server, *, spool: SpoolFactory | None = None, limits: Limits = DEFAULT) -> None:
        self.server = server
        self.host = server.host
        self.limits = limits
        self.reader = Reader(server.host, spool, limits)
        self.encrypted = server.security is Security.TLS
        self.greeted = False
        self.capabilities: Capabilities | None = None  # None: not asked, or not told

    def play(self, talk: Talk[T]) -> Play[T]:
        try:
            step = next(talk)
            while True:
                if step is Step.HANDSHAKE:
                    self.encrypt()
                    yield Need.HANDSHAKE
                    step = next(talk)
                elif isinstance(step, Command):
                    step = talk.send((yield from self._ask(step)))
                else:
                    self.reader.expect(Want.STATUS)
                    step = talk.send((yield from self._greeting()))
        except StopIteration as done:
            result: T = done.value
            return result

    def start(self, command: Command) -> bytes:
        """The bytes to send; its response is the next that nobody has heard."""
        data = encode(command.verb, *command.arguments)
        self.reader.expect(want(command.verb), command.size)
        return data

    def response(self) -> Response | None:
        """The next whole response, or None where more bytes are needed."""
        try:
            return self.reader.next()
        except Problem as problem:
            if self.greeted or problem.trouble.step != "server":
                raise
            raise self.garbage() from problem

    def encrypt(self) -> None:
        """Before the handshake of STLS: what came in plaintext behind the +OK was not sent by the server (RFC 2595 §4)."""
        if not self.reader.empty:
            raise Problem(Trouble.TLS_FAILED, host=self.host)
        self.encrypted = True
        self.capabilities = None

    def garbage(self) -> Problem:
        """An answer that is no POP3; the first one means that another protocol lives at this port."""
        if self.greeted:
            return Problem(Trouble.SERVER_GARBAGE, host=self.host)
        return Problem(Trouble.GREETING_FOREIGN, host=self.host, port=self.server.port)

    def silence(self) -> Problem:
        """No answer within the time-out."""
        if self.greeted:
            return Problem(Trouble.SERVER_SILENT, host=self.host)
        return Problem(Trouble.GREETING_SILENT, host=self.host, port=self.server.port)

    def detail(self, status: Status) -> str:
        """The server's words may be shown only where nobody on the way could have put them there."""
        return status.text if self.encrypted else ""

    def _ask(self, command: Command) -> Play[Response]:
        yield self.start(command)
        replies = list(command.replies)
        challenged = False
        while True:
            response = yield from self._next()
            if response.status.kind != "+":
                response.challenged = challenged
                return response
            if command.verb is not Verb.AUTH:
                raise self.garbage()
            challenged = True
            self.reader.expect(Want.STATUS)
            # `*` cancels an exchange that asks for more than we have to say (RFC 5034 §4).
            yield encode_reply(replies.pop(0) if replies else b"*")

    def _greeting(self) -> Play[Response]:
        response = yield from self._next()
        if response.status.kind == "+":
            raise self.garbage()
        self.greeted = True
        return response

    def _next(self) -> Play[Response]:
        while (response := self.response()) is None:
            yield Need.MORE
        return response
