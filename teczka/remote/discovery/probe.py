"""Does a mail server answer there, in the right protocol, encrypted, with a certificate for its name? No password is spoken of."""

import time
from collections.abc import Callable
from socket import socket

from teczka.core.discovery import Service
from teczka.core.errors import Problem, Trouble
from teczka.remote.egress import Gate
from teczka.remote.tls import client_context, handshake_problem
from teczka.remote.types import Security, Server

ROOM = 16 * 1024  # bytes that a server may say


def probe(service: Service, server: Server, gate: Gate, seconds: float) -> None:
    """Raises Problem unless it does. All of it within `seconds`."""
    end = time.monotonic() + seconds
    line = _Line(gate.connect(server.host, server.port, seconds), server, end)
    try:
        if server.security is Security.TLS:
            line.encrypt()
        _ASK[service](line)
    except UnicodeError as error:
        raise Problem(Trouble.GREETING_FOREIGN, host=server.host, port=server.port) from error
    except TimeoutError as error:
        raise Problem(Trouble.GREETING_SILENT, host=server.host, port=server.port) from error
    except OSError as error:
        raise Problem(Trouble.SERVER_CLOSED, host=server.host) from error
    finally:
        line.close()


class _Line:
    """A conversation in lines, short and soon over."""

    def __init__(self, sock: socket, server: Server, end: float) -> None:
        self._sock = sock
        self._server = server
        self._end = end
        self._said = b""
        self._room = ROOM
        self.encrypted = False

    def say(self, words: str) -> None:
        self._patience()
        self._sock.sendall(words.encode("ascii") + b"\r\n")

    def hear(self) -> str:
        """The next line, in capitals."""
        while b"\n" not in self._said:
            self._patience()
            data = self._sock.recv(4096)
            self._room -= len(data)
            if not data or self._room < 0:
                raise OSError("no whole line")
            self._said += data
        line, _, self._said = self._said.partition(b"\n")
        return line.decode("latin-1").rstrip("\r").upper()

    def encrypt(self) -> None:
        if self._said:  # said before encryption: not by the server, perhaps
            raise self.foreign()
        self._patience()
        try:
            self._sock = client_context(self._server).wrap_socket(self._sock, server_hostname=self._server.host)
        except (OSError, ValueError) as error:
            raise handshake_problem(error, self._server) from error
        self.encrypted = True

    def close(self) -> None:
        self._sock.close()

    def expect(self, fits: bool) -> None:
        if not fits:
            raise self.foreign()

    def foreign(self) -> Problem:
        return Problem(Trouble.GREETING_FOREIGN, host=self._server.host, port=self._server.port)

    def _patience(self) -> None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)


def _imap(line: _Line) -> None:
    """RFC 3501 §6.1.1, §6.2.1."""
    line.expect(line.hear().startswith("* OK"))
    if not line.encrypted:
        line.say("a STARTTLS")
        line.expect(_tagged(line, "A ").startswith("A OK"))
        line.encrypt()
    line.say("b CAPABILITY")
    offered = _tagged(line, "* CAPABILITY ").split()
    line.expect("IMAP4REV1" in offered and "LOGINDISABLED" not in offered)
    line.say("c LOGOUT")


def _tagged(line: _Line, start: str) -> str:
    while not (heard := line.hear()).startswith(start):
        line.expect(heard.startswith("* "))
    return heard


def _pop3(line: _Line) -> None:
    """RFC 1939, RFC 2595 §4."""
    line.expect(line.hear().startswith("+OK"))
    if not line.encrypted:
        line.say("STLS")
        line.expect(line.hear().startswith("+OK"))
        line.encrypt()
    line.say("QUIT")
    line.expect(line.hear().startswith("+OK"))


def _smtp(line: _Line) -> None:
    """RFC 6409, RFC 3207. A server that takes mail in without signing in is none for sending ours."""
    _replies(line, "220")
    if not line.encrypted:
        line.say("EHLO [127.0.0.1]")
        line.expect("STARTTLS" in _replies(line, "250"))
        line.say("STARTTLS")
        _replies(line, "220")
        line.encrypt()
    line.say("EHLO [127.0.0.1]")
    line.expect("AUTH" in _replies(line, "250"))
    line.say("QUIT")


def _replies(line: _Line, code: str) -> set[str]:
    """The first words of each line of an answer."""
    words: set[str] = set()
    while True:
        heard = line.hear()
        line.expect(heard[:3] == code and heard[3:4] in {" ", "-", ""})
        words.add(heard[4:].partition(" ")[0])
        if heard[3:4] != "-":
            return words


_ASK: dict[Service, Callable[[_Line], None]] = {Service.IMAP: _imap, Service.POP3: _pop3, Service.SMTP: _smtp}
