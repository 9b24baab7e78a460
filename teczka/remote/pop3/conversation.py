"""One POP3 connection without its socket: the states of RFC 1939 §3."""

from dataclasses import dataclass, field

from teczka.remote import talking
from teczka.remote.pop3.commands import Verb, Want, encode, encode_reply, want
from teczka.remote.pop3.limits import DEFAULT, Limits
from teczka.remote.pop3.reader import Reader, Response
from teczka.remote.talking import Play, T
from teczka.remote.types import Server, SpoolFactory

Capabilities = dict[str, frozenset[str]]  # by name, with their parameters; all upper case


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


Talk = talking.Talk[Command, Response, T]


class Conversation(talking.Conversation[Command, Response, Response]):
    reader: Reader

    def __init__(self, server: Server, *, spool: SpoolFactory | None = None, limits: Limits = DEFAULT) -> None:
        super().__init__(server, Reader(server.host, spool, limits))
        self.limits = limits
        self.capabilities: Capabilities | None = None  # None: not asked, or not told

    def start(self, command: Command) -> bytes:
        """The bytes to send; its response is the next that nobody has heard."""
        data = encode(command.verb, *command.arguments)
        self.reader.expect(want(command.verb), command.size)
        return data

    def encrypt(self) -> None:
        super().encrypt()
        self.capabilities = None

    def _heard(self) -> Response | None:
        return self.reader.next()

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
        self.reader.expect(Want.STATUS)
        response = yield from self._next()
        if response.status.kind == "+":
            raise self.garbage()
        self.greeted = True
        return response
