"""The blocking transport: one connection to a submission server, signed in step by step."""

import base64
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from socket import socket
from ssl import SSLObject
from typing import Self

from teczka.core.errors import Problem, Trouble
from teczka.core.ladder import Step
from teczka.remote.egress import Gate
from teczka.remote.sasl import Exchange, bearer, plain
from teczka.remote.smtp.refusals import at_command, at_greeting, at_signin
from teczka.remote.smtp.replies import Reader, Reply
from teczka.remote.types import Credential, Security, Server
from teczka.remote.wire import Wire

# An address literal that says nothing of the office's network (RFC 5321 §4.1.3).
OURSELVES = b"[127.0.0.1]"

# Seconds.
FAREWELL = 5.0  # for the answer to QUIT, which changes nothing any more
INSTANT = 0.001  # for what has come already


class SmtpSession:
    """`connect` makes one. Every method may raise Problem; the connection is closed then."""

    def __init__(self, sock: socket, server: Server, timeout: float, end: float) -> None:
        self._server = server
        self._wire = Wire(sock, server, timeout, end)
        self._reader = Reader(server.host)
        self._timeout = timeout
        self._end = end  # of the whole connection, by time.monotonic()
        self._greeted = False
        self._encrypted = server.security is Security.TLS
        self._closed = False
        self.extensions: Mapping[str, Sequence[str]] = {}  # as EHLO told them last, upper case

    @classmethod
    def connect(cls, server: Server, credential: Credential, gate: Gate, *, timeout: float = 60.0) -> Self:
        """Signed in. `timeout` in seconds for each step."""
        sock = gate.connect(server.host, server.port, timeout, named_only=server.named_only)
        session = cls(sock, server, timeout, math.inf)
        for _ in session.enter(credential):
            pass
        return session

    @classmethod
    def over(cls, sock: socket, server: Server, seconds: float) -> Self:
        """Not signed in yet, for who wants to see `enter` step by step. All of it has to end within `seconds`."""
        return cls(sock, server, seconds, time.monotonic() + seconds)

    def enter(self, credential: Credential) -> Iterator[Step]:
        """From the first byte to a session that may send: yields what was reached."""
        if self._server.security is Security.TLS:
            self._handshake()
            yield Step.TLS
        with self._closing_on_problem():
            self._greet()
        yield Step.GREETING
        if self._server.security is Security.STARTTLS:
            self._starttls()
            yield Step.TLS
        with self._closing_on_problem():
            self._ehlo()
            self._authenticate(credential)
        yield Step.SIGNIN

    @property
    def tls(self) -> SSLObject | None:
        """What encrypts the connection."""
        return self._wire.tls

    @property
    def size(self) -> int:
        """Bytes of the largest message that the server takes (RFC 1870 §4); 0 where it tells none."""
        told = "".join(self.extensions.get("SIZE", ())[:1])
        return int(told) if told.isdecimal() and len(told) < 16 else 0

    @property
    def host(self) -> str:
        return self._server.host

    def say(self, data: bytes) -> None:
        with self._closing_on_problem():
            try:
                self._wire.send(data)
            except TimeoutError as error:
                raise self._silence() from error

    def hear(self, seconds: float = 0.0) -> Reply:
        """The next reply, within so many seconds, or those of a step."""
        with self._closing_on_problem():
            return self._hear(seconds or self._timeout)

    def check_silent(self) -> None:
        """Raises Problem where the server has said something that nobody asked for, or has hung up."""
        with self._closing_on_problem():
            try:
                self._wire.pull(self._reader)
                self._wire.patience(INSTANT)
                if not self._wire.receive():
                    raise Problem(Trouble.SERVER_CLOSED, host=self.host)
                self._wire.pull(self._reader)
            except TimeoutError:
                pass  # as it should be
            except OSError as error:
                raise Problem(Trouble.SERVER_CLOSED, host=self.host) from error
            if not self._reader.empty:
                raise Problem(Trouble.SERVER_GARBAGE, host=self.host)

    def abandon(self) -> None:
        """Hang up without a word."""
        self._drop()

    def close(self) -> None:
        if self._closed:
            return
        try:
            self.say(b"QUIT\r\n")
            self.hear(FAREWELL)
        except Problem:
            pass  # nothing is lost with a farewell
        finally:
            self._drop()

    def _greet(self) -> None:
        reply = self._hear(self._timeout)
        self._greeted = True
        if reply.code != 220:
            raise at_greeting(reply, self._server.host, self.detail(reply))

    def _ehlo(self) -> None:
        """EHLO, RFC 5321 §4.1.1.1. A server without extensions lets nobody sign in."""
        reply = self._ask(b"EHLO " + OURSELVES)
        if reply.later:
            raise at_command(reply, self._server.host, self.detail(reply))
        words = [line.upper().replace("=", " ").split() for line in reply.lines[1:]] if reply.good else []
        self.extensions = {line[0]: tuple(line[1:]) for line in words if line}

    def _starttls(self) -> None:
        """STARTTLS, RFC 3207: mandatory where it is asked for; nothing heard before it is believed, and more than its answer is an
        attack (§4.2)."""
        with self._closing_on_problem():
            self._ehlo()
            if "STARTTLS" not in self.extensions or self._ask(b"STARTTLS").code != 220:
                raise Problem(Trouble.TLS_MISSING, host=self._server.host)
            if not self._reader.empty:
                raise Problem(Trouble.TLS_FAILED, host=self._server.host)
        self._handshake()
        self.extensions = {}
        self._encrypted = True

    def _handshake(self) -> None:
        with self._closing_on_problem():
            self._wire.handshake()

    def _authenticate(self, credential: Credential) -> None:
        """AUTH, RFC 4954. One try: a second could lock the account."""
        reply = self._by_token(credential) if credential.bearer else self._by_password(credential)
        if not reply.good:
            detail = credential.hidden_in(self.detail(reply))
            raise at_signin(reply, self._server.host, credential, detail)

    def _by_password(self, credential: Credential) -> Reply:
        if "\0" in credential.username + credential.secret:
            raise credential.refused(self._server.host)
        offered = self.extensions.get("AUTH", ())
        if "PLAIN" in offered:
            return self._sasl(plain(credential))
        if "LOGIN" in offered:
            return self._dialogue([b"AUTH LOGIN", _base64(credential.username), _base64(credential.secret)])
        raise Problem(Trouble.SIGNIN_METHOD, host=self._server.host)

    def _by_token(self, credential: Credential) -> Reply:
        """Never as a password: a server that takes no tokens does not get to see ours."""
        exchange = bearer(credential, self.extensions.get("AUTH", ()), self._server.host, self._server.port)
        if exchange is None:
            raise Problem(Trouble.SIGNIN_NO_TOKENS, host=self._server.host)
        return self._sasl(exchange)

    def _sasl(self, exchange: Exchange) -> Reply:
        said = [b"AUTH " + exchange.mechanism.encode("ascii") + b" " + base64.b64encode(exchange.initial)]
        if exchange.farewell is not None:
            said.append(base64.b64encode(exchange.farewell))
        return self._dialogue(said)

    def _dialogue(self, said: Sequence[bytes]) -> Reply:
        """A line for each challenge (334); `*` cancels an exchange that asks for more than we have to say (RFC 4954 §4)."""
        reply = self._ask(said[0])
        for line in said[1:]:
            if reply.code != 334:
                return reply
            reply = self._ask(line)
        return self._ask(b"*") if reply.code == 334 else reply

    def detail(self, reply: Reply) -> str:
        """The server's words may be shown only where nobody on the way could have put them there."""
        return reply.text if self._encrypted else ""

    def _ask(self, line: bytes) -> Reply:
        self.say(line + b"\r\n")
        return self.hear()

    def _hear(self, seconds: float) -> Reply:
        try:
            while (reply := self._reader.next()) is None:
                self._receive(seconds)
        except Problem as problem:
            if self._greeted or problem.trouble.step != "server" or problem.trouble is Trouble.SERVER_CLOSED:
                raise
            raise Problem(Trouble.GREETING_FOREIGN, host=self._server.host, port=self._server.port) from problem
        return reply

    def _receive(self, seconds: float) -> None:
        """Until a reply is whole, or the time is over: a trickle is no answer."""
        end = min(time.monotonic() + seconds, self._end)
        try:
            while True:
                self._wire.pull(self._reader)
                if self._reader.ready:
                    return
                left = end - time.monotonic()
                if left <= 0:
                    raise self._silence()
                self._wire.patience(left)
                if not self._wire.receive():
                    raise Problem(Trouble.SERVER_CLOSED, host=self._server.host)
        except TimeoutError as error:
            raise self._silence() from error
        except OSError as error:
            raise Problem(Trouble.SERVER_CLOSED, host=self._server.host) from error

    def _silence(self) -> Problem:
        if self._greeted:
            return Problem(Trouble.SERVER_SILENT, host=self._server.host)
        return Problem(Trouble.GREETING_SILENT, host=self._server.host, port=self._server.port)

    @contextmanager
    def _closing_on_problem(self) -> Iterator[None]:
        try:
            yield
        except Problem:
            self._drop()
            raise

    def _drop(self) -> None:
        self._closed = True
        self._wire.close()


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode())
