"""One IMAP connection without its socket: the state machine of RFC 3501 §3, shared by both transports.

A verb is a generator (a `Talk`): it yields what is to be said and is sent what was answered. `play` turns it into the three things that a
transport can do: send bytes, receive more, shake hands. Whatever a server says, only `Problem` is raised.
"""

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from itertools import chain
from typing import TypeVar

from teczka.core.errors import Problem, Trouble
from teczka.remote.imap.arguments import Argument, Stream, encode
from teczka.remote.imap.limits import DEFAULT, EVENT, PIECE, Limits
from teczka.remote.imap.reader import Reader
from teczka.remote.imap.refusals import at_bye
from teczka.remote.imap.responses import Continuation, Event, Status, Untagged, read
from teczka.remote.imap.tokens import NotImap, Value, ascii_text
from teczka.remote.types import Security, Server, SpoolFactory


class Step(Enum):
    """What a talk wants from its transport besides a command."""

    GREETING = "wait for the server's first words"
    HANDSHAKE = "encrypt, then forget everything heard before"


@dataclass(frozen=True, slots=True)
class Command:
    """One command; `replies` answer the server's `+` one after the other, without their CRLF (RFC 3501 §6.2.2)."""

    arguments: tuple[Argument, ...]
    replies: tuple[bytes, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, *words: Argument) -> "Command":
        return cls(words)


@dataclass(slots=True)
class Answer:
    """The tagged response (for the greeting: the untagged one) and what came untagged before it: `said` the status responses."""

    status: Status
    untagged: list[Untagged] = field(default_factory=list)
    said: list[Status] = field(default_factory=list)


class Need(Enum):
    """What a play wants from its transport besides sending the bytes that it yields."""

    MORE = "receive into the conversation, at least one byte"
    HANDSHAKE = "encrypt the connection"


T = TypeVar("T")
Talk = Generator[Command | Step, Answer, T]
Play = Generator[bytes | Need, None, T]

# What the talks never ask for; it may come at any time and in any number (RFC 3501 §7.3.1, §7.4).
_PASSING = {"FETCH", "EXPUNGE", "VANISHED", "RECENT"}
# What means that the open folder is no longer what it was; "OK Still here" does not (Dovecot says it every two minutes).
_CHANGES = {"EXISTS", "EXPUNGE", "FETCH", "VANISHED"}
# Capabilities beyond these are nobody's: servers tell some fifty, of thirty letters at most.
MOST_CAPABILITIES, LONGEST_CAPABILITY = 200, 64


class Conversation:
    __slots__ = (
        "_outgoing",
        "_tags",
        "capabilities",
        "changed",
        "encrypted",
        "greeted",
        "host",
        "leaving",
        "limits",
        "reader",
        "server",
    )

    def __init__(self, server: Server, *, spool: SpoolFactory | None = None, limits: Limits = DEFAULT) -> None:
        self.server = server
        self.host = server.host
        self.limits = limits
        self.reader = Reader(server.host, spool, limits)
        self.encrypted = server.security is Security.TLS
        self.greeted = False
        self.changed = False  # since it was last taken
        self.leaving = False  # LOGOUT was said: BYE is an answer
        self.capabilities: frozenset[str] = frozenset()
        self._tags = 0
        self._outgoing: list[Iterable[bytes]] = []  # what the server's next `+` asks for

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
                    step = talk.send(Answer((yield from self._greeting())))
        except StopIteration as done:
            result: T = done.value
            return result
        except NotImap as error:
            raise self.garbage() from error

    def _ask(self, command: Command) -> Play[Answer]:
        """One command, and all that is said until its tagged response."""
        tag, data = self.start(command)
        yield data
        said: list[Status] = []
        untagged: list[Untagged] = []
        count = size = 0
        while True:
            event = yield from self._next()
            count += 1
            if isinstance(event, Continuation):
                yield from self.reply()
            elif isinstance(event, Untagged):
                if event.kind in _PASSING:
                    event.discard()
                else:
                    untagged.append(event)
                    size += EVENT + sum(len(each) + PIECE for each in event.rest if isinstance(each, bytes | bytearray))
            elif event.tag == tag:
                return Answer(event, untagged, said)
            else:
                said.append(event)
                size += EVENT + len(event.arguments) + len(event.text)
            if count > self.limits.responses or size > self.limits.answer:
                raise Problem(Trouble.SERVER_LIMIT, host=self.host)

    def _greeting(self) -> Play[Status]:
        event = yield from self._next()
        if not isinstance(event, Status):
            raise NotImap("no greeting")
        return event

    def _next(self) -> Play[Event]:
        while (event := self.event()) is None:
            yield Need.MORE
        return event

    def start(self, command: Command) -> tuple[bytes, bytes]:
        """The tag, and the bytes to send now; the rest waits for the server's `+`."""
        self._tags += 1
        tag = b"T%d" % self._tags
        literal_plus = bool(self.capabilities & {"LITERAL+", "LITERAL-"})
        segments = encode(command.arguments, literal_plus=literal_plus)
        sent = [segment.pieces() if isinstance(segment, Stream) else [segment] for segment in segments]
        sent[-1] = chain(sent[-1], [b"\r\n"])
        self._outgoing = [*sent[1:], *([reply + b"\r\n"] for reply in command.replies)]
        return tag, b"".join(chain([tag, b" "], sent[0]))

    def reply(self) -> Iterable[bytes]:
        """The answer to a `+`; `*` cancels an exchange that asks for more than we have to say (RFC 3501 §6.2.2)."""
        return self._outgoing.pop(0) if self._outgoing else [b"*\r\n"]

    def encrypt(self) -> None:
        """Before the handshake of STARTTLS: what came in plaintext behind the OK was not sent by the server (RFC 3501 §6.2.1)."""
        if not self.reader.empty:
            raise Problem(Trouble.TLS_FAILED, host=self.host)
        self.encrypted = True
        self.capabilities = frozenset()
        self._outgoing.clear()

    def event(self) -> Event | None:
        """The next whole response, or None where more bytes are needed. BYE is a Problem unless we are leaving."""
        try:
            response = self.reader.next()
        except Problem as problem:
            if self.greeted or problem.trouble.step != "server":
                raise
            raise self.garbage() from problem
        if response is None:
            return None
        try:
            event = read(response)
            self._note(event)
        except NotImap as error:
            raise self.garbage() from error
        return event

    def garbage(self) -> Problem:
        """An answer that is no IMAP; the first one means that another protocol lives at this port."""
        if self.greeted:
            return Problem(Trouble.SERVER_GARBAGE, host=self.host)
        return Problem(Trouble.GREETING_FOREIGN, host=self.host, port=self.server.port)

    def silence(self) -> Problem:
        """No answer within the time-out."""
        if self.greeted:
            return Problem(Trouble.SERVER_SILENT, host=self.host)
        return Problem(Trouble.GREETING_SILENT, host=self.host, port=self.server.port)

    def take_change(self) -> bool:
        """True once for all changes that were told together."""
        if not self.changed or self.reader.ready:
            return False
        self.changed = False
        return True

    def detail(self, status: Status) -> str:
        """The server's words may be shown only where nobody on the way could have put them there."""
        return status.text if self.encrypted else ""

    def _note(self, event: Event) -> None:
        if not self.greeted:
            self._greeted(event)
        elif isinstance(event, Status):
            if event.kind == "BYE" and not self.leaving:
                raise at_bye(event, self.host, self.detail(event))
            if event.code == "CAPABILITY":
                self._capable([*event.arguments.split(None, MOST_CAPABILITIES)])
        elif isinstance(event, Untagged):
            self.changed = self.changed or event.kind in _CHANGES
            if event.kind == "CAPABILITY":
                self._capable(event.values())

    def _greeted(self, event: Event) -> None:
        if not isinstance(event, Status) or event.tag is not None or event.kind not in {"OK", "PREAUTH", "BYE"}:
            raise NotImap("no greeting")
        self.greeted = True
        if event.kind == "BYE":
            raise at_bye(event, self.host, self.detail(event))
        if event.code == "CAPABILITY":
            self._capable([*event.arguments.split(None, MOST_CAPABILITIES)])

    def _capable(self, names: "list[Value] | list[bytes]") -> None:
        told = (ascii_text(name).upper() for name in names[:MOST_CAPABILITIES])
        self.capabilities = _shared(tuple(name for name in told if len(name) <= LONGEST_CAPABILITY))


@lru_cache(maxsize=64)
def _shared(names: tuple[str, ...]) -> frozenset[str]:
    """One set for all connections to servers that say the same: 4 KB for each of thousands."""
    return frozenset(names)
