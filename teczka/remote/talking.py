"""What the conversations of IMAP, POP3 and SMTP have in common. No socket.

A verb is a generator (a talk): it yields what is to be said and is sent what was answered. `play` turns it into the three things that a
transport can do: send bytes, receive more, shake hands. Whatever a server says, only `Problem` is raised.
"""

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar

from teczka.core.errors import Problem, Trouble
from teczka.core.ladder import Step
from teczka.remote.types import Security, Server


class Need(Enum):
    """What a talk wants besides its commands, and a play besides sending the bytes that it yields."""

    MORE = "receive into the reader, at least one byte; of a talk: the server's first words"
    HANDSHAKE = "encrypt, then forget everything heard before"


class Sink(Protocol):
    """Who understands the bytes. `ready`: has something to give, and wants no more until it was taken."""

    @property
    def ready(self) -> bool: ...

    @property
    def empty(self) -> bool:
        """Nothing received that was not handed out: required before a TLS handshake."""
        ...

    def room(self) -> memoryview | None:
        """Where the next bytes go, or None: then `feed` them."""
        ...

    def filled(self, count: int) -> None: ...

    def feed(self, data: bytes) -> None: ...

    def close(self) -> None:
        """Give up what is half received."""
        ...


class Said(Protocol):
    @property
    def text(self) -> str: ...


C = TypeVar("C")  # a command
A = TypeVar("A")  # its answer
E = TypeVar("E")  # the least that can be heard, of which answers are made
T = TypeVar("T")
Talk = Generator[C | Need, A, T]
Play = Generator[bytes | Need, None, T]


class Conversation(ABC, Generic[C, A, E]):
    """One connection without its socket."""

    __slots__ = ("encrypted", "greeted", "host", "reader", "server")

    def __init__(self, server: Server, reader: Sink) -> None:
        self.server = server
        self.host = server.host
        self.reader = reader
        self.encrypted = server.security is Security.TLS
        self.greeted = False

    @abstractmethod
    def _heard(self) -> E | None: ...

    @abstractmethod
    def _ask(self, command: C) -> Play[A]: ...

    @abstractmethod
    def _greeting(self) -> Play[A]: ...

    def play(self, talk: Talk[C, A, T]) -> Play[T]:
        try:
            step = next(talk)
            while True:
                if step is Need.HANDSHAKE:
                    self.encrypt()
                    yield Need.HANDSHAKE
                    step = next(talk)
                elif step is Need.MORE:
                    step = talk.send((yield from self._greeting()))
                else:
                    step = talk.send((yield from self._ask(step)))
        except StopIteration as done:
            result: T = done.value
            return result

    def event(self) -> E | None:
        """What was heard next, or None where more bytes are needed. Raises Problem, also where it was bad news."""
        try:
            return self._heard()
        except Problem as problem:
            if self.greeted or problem.trouble.step != "server":
                raise
            raise self.garbage() from problem

    def _next(self) -> Play[E]:
        while (event := self.event()) is None:
            yield Need.MORE
        return event

    def encrypt(self) -> None:
        """Before the handshake that the server has agreed to: what came in plaintext behind its word was not sent by the server (RFC 3501
        §6.2.1, RFC 2595 §4, RFC 3207 §4.2): Problem(TLS_FAILED)."""
        if not self.reader.empty:
            raise Problem(Trouble.TLS_FAILED, host=self.host)
        self.encrypted = True

    def garbage(self) -> Problem:
        """An answer that is not of the protocol; the first one means that another lives at this port."""
        if self.greeted:
            return Problem(Trouble.SERVER_GARBAGE, host=self.host)
        return Problem(Trouble.GREETING_FOREIGN, host=self.host, port=self.server.port)

    def silence(self) -> Problem:
        """No answer within the time-out."""
        if self.greeted:
            return Problem(Trouble.SERVER_SILENT, host=self.host)
        return Problem(Trouble.GREETING_SILENT, host=self.host, port=self.server.port)

    def detail(self, said: Said) -> str:
        """The server's words may be shown only where nobody on the way could have put them there."""
        return said.text if self.encrypted else ""


Way = Iterator[tuple[Step, Talk[C, A, None]]]


def way_in(
    conversation: Conversation[C, A, Any],
    greet: Talk[C, A, None],
    starttls: Talk[C, A, None],
    enter: Talk[C, A, None],
) -> Way[C, A]:
    """What is reached, each with the talk that leads there."""
    security = conversation.server.security
    if security is Security.TLS:
        yield Step.TLS, _handshake()
    yield Step.GREETING, greet
    if security is Security.STARTTLS:
        yield Step.TLS, starttls
    yield Step.SIGNIN, enter


def _handshake() -> Generator[Need, Any, None]:
    yield Need.HANDSHAKE
