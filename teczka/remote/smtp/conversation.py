"""One SMTP connection without its socket (RFC 5321 §4.1.4): a line, and the reply to it."""

from collections.abc import Mapping, Sequence

from teczka.remote import talking
from teczka.remote.smtp.replies import Reader, Reply
from teczka.remote.talking import Play, T
from teczka.remote.types import Server

Talk = talking.Talk[bytes, Reply, T]  # lines, without their CRLF


class Conversation(talking.Conversation[bytes, Reply, Reply]):
    reader: Reader

    def __init__(self, server: Server) -> None:
        super().__init__(server, Reader(server.host))
        self.extensions: Mapping[str, Sequence[str]] = {}  # as EHLO told them last, upper case

    def encrypt(self) -> None:
        super().encrypt()
        self.extensions = {}

    def _heard(self) -> Reply | None:
        return self.reader.next()

    def _ask(self, command: bytes) -> Play[Reply]:
        yield command + b"\r\n"
        return (yield from self._next())

    def _greeting(self) -> Play[Reply]:
        reply = yield from self._next()
        self.greeted = True
        return reply
