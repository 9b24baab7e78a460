"""A signed-in connection to a submission server."""

import math
from collections.abc import Mapping, Sequence
from socket import socket
from typing import Self

from teczka.core.errors import Problem, Trouble
from teczka.remote.connection import Connection
from teczka.remote.egress import Gate
from teczka.remote.smtp.conversation import Conversation
from teczka.remote.smtp.replies import Reply
from teczka.remote.smtp.signin import sign_in
from teczka.remote.talking import Way
from teczka.remote.types import Credential, Server

# Seconds.
FAREWELL = 5.0  # for the answer to QUIT, which changes nothing any more
INSTANT = 0.001  # for what has come already


class SmtpSession(Connection[bytes, Reply, Reply]):
    """`connect` makes one. Every method may raise Problem; the connection is closed then."""

    _pace = math.inf  # no reply is long
    _conversation: Conversation

    @classmethod
    def connect(cls, server: Server, credential: Credential, gate: Gate, *, timeout: float = 60.0) -> Self:
        """Signed in. `timeout` in seconds for each step."""
        sock = gate.connect(server.host, server.port, timeout, named_only=server.named_only)
        return cls(sock, Conversation(server), timeout, math.inf)._signed_in(credential)

    @classmethod
    def over(cls, sock: socket, server: Server, seconds: float) -> Self:
        """Not signed in yet, for who wants to see `enter` step by step. All of it has to end within `seconds`."""
        return cls(sock, Conversation(server), seconds, seconds)

    @property
    def host(self) -> str:
        return self._conversation.host

    @property
    def extensions(self) -> Mapping[str, Sequence[str]]:
        """As the server told them after the sign-in, upper case."""
        return self._conversation.extensions

    @property
    def size(self) -> int:
        """Bytes of the largest message that the server takes (RFC 1870 §4); 0 where it tells none."""
        told = "".join(self.extensions.get("SIZE", ())[:1])
        return int(told) if told.isdecimal() and len(told) < 16 else 0

    def detail(self, reply: Reply) -> str:
        return self._conversation.detail(reply)

    def say(self, data: bytes) -> None:
        with self._closing_on_problem():
            self._send(data)

    def hear(self, seconds: float) -> Reply:
        """The next reply."""
        with self._closing_on_problem():
            return self._event(seconds)

    def check_silent(self) -> None:
        """Raises Problem where the server has said something that nobody asked for, or has hung up."""
        reader, wire = self._conversation.reader, self._wire
        with self._closing_on_problem():
            try:
                wire.pull(reader)
                wire.patience(INSTANT)
                if not wire.receive():
                    raise Problem(Trouble.SERVER_CLOSED, host=self.host)
                wire.pull(reader)
            except TimeoutError:
                pass  # as it should be
            except OSError as error:
                raise Problem(Trouble.SERVER_CLOSED, host=self.host) from error
            if not reader.empty:
                raise Problem(Trouble.SERVER_GARBAGE, host=self.host)

    def abandon(self) -> None:
        """Hang up without a word."""
        self._drop()

    def _way_in(self, credential: Credential) -> Way[bytes, Reply]:
        return sign_in(self._conversation, credential)

    def _farewell(self) -> None:
        self.say(b"QUIT\r\n")
        self.hear(FAREWELL)
