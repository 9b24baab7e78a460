"""One IMAP connection without its socket: the state machine of RFC 3501 §3, shared by both transports."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain

from teczka.core.errors import Problem, Trouble
from teczka.remote import talking
from teczka.remote.imap.arguments import Argument, Stream, encode
from teczka.remote.imap.limits import DEFAULT, EVENT, PIECE, Limits
from teczka.remote.imap.reader import Reader
from teczka.remote.imap.refusals import at_bye
from teczka.remote.imap.responses import Continuation, Event, Status, Untagged, read
from teczka.remote.imap.tokens import NotImap, Value, ascii_text
from teczka.remote.talking import Play, T
from teczka.remote.types import Server, SpoolFactory


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


Talk = talking.Talk[Command, Answer, T]

# What the talks never ask for; it may come at any time and in any number (RFC 3501 §7.3.1, §7.4).
_PASSING = {"FETCH", "EXPUNGE", "VANISHED", "RECENT"}
# What means that the open folder is no longer what it was; "OK Still here" does not (Dovecot says it every two minutes).
_CHANGES = {"EXISTS", "EXPUNGE", "FETCH", "VANISHED"}
# Capabilities beyond these are nobody's: servers tell some fifty, of thirty letters at most.
MOST_CAPABILITIES, LONGEST_CAPABILITY = 200, 64


class Conversation(talking.Conversation[Command, Answer, Event]):
    __slots__ = ("_outgoing", "_tags", "capabilities", "changed", "leaving", "limits", "preauthenticated")

    reader: Reader

    def __init__(self, server: Server, *, spool: SpoolFactory | None = None, limits: Limits = DEFAULT) -> None:
        super().__init__(server, Reader(server.host, spool, limits))
        self.limits = limits
        self.preauthenticated = False  # the greeting said that we are signed in
        self.changed = False  # since it was last taken
        self.leaving = False  # LOGOUT was said: BYE is an answer
        self.capabilities: frozenset[str] = frozenset()
        self._tags = 0
        self._outgoing: list[Iterable[bytes]] = []  # what the server's next `+` asks for

    def play(self, talk: Talk[T]) -> Play[T]:
        try:
            return (yield from super().play(talk))
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

    def _greeting(self) -> Play[Answer]:
        event = yield from self._next()
        if not isinstance(event, Status):
            raise NotImap("no greeting")
        return Answer(event)

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
        super().encrypt()
        self.capabilities = frozenset()
        self._outgoing.clear()

    def _heard(self) -> Event | None:
        """BYE is a Problem unless we are leaving."""
        response = self.reader.next()
        if response is None:
            return None
        try:
            event = read(response)
            self._note(event)
        except NotImap as error:
            raise self.garbage() from error
        return event

    def take_change(self) -> bool:
        """True once for all changes that were told together."""
        if not self.changed or self.reader.ready:
            return False
        self.changed = False
        return True

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
