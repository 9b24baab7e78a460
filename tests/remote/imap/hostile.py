"""A scripted server on loopback that does what no server should. Each connection runs the script in its own thread.

    def script(client: Client) -> None:
        client.greet()
        client.expect("LOGIN", "OK")
        ...

A script that returns hangs up; one that raises fails the test.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

import trustme

from teczka.remote.types import Security, Server

HOST = "127.0.0.1"
CAPABILITIES = "IMAP4rev1 SASL-IR AUTH=PLAIN IDLE"


class Client:
    """The server's end of one connection."""

    def __init__(self, sock: socket.socket, tls: ssl.SSLContext | None) -> None:
        self.sock = sock
        self._tls = tls
        self._buffer = b""
        self.lines: list[bytes] = []
        self.tag = b""

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def line(self) -> bytes:
        while b"\n" not in self._buffer:
            data = self.sock.recv(65536)
            if not data:
                raise EOFError
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        self.lines.append(line + b"\n")
        return line.rstrip(b"\r")

    def rest(self, size: int) -> bytes:
        """The next bytes, whatever they are."""
        while len(self._buffer) < size:
            data = self.sock.recv(65536)
            if not data:
                raise EOFError
            self._buffer += data
        read, self._buffer = self._buffer[:size], self._buffer[size:]
        return read

    def command(self) -> bytes:
        """The next command without its tag, which `ok` answers."""
        self.tag, _, command = self.line().partition(b" ")
        return command

    def ok(self, untagged: bytes = b"", text: bytes = b"OK done") -> None:
        self.send(untagged + self.tag + b" " + text + b"\r\n")

    def expect(self, verb: str, untagged: bytes = b"", text: bytes = b"OK done") -> bytes:
        command = self.command()
        if not command.upper().startswith(verb.encode()):
            raise AssertionError(f"{verb} expected, got {command!r}")
        self.ok(untagged, text)
        return command

    def greet(self, capabilities: str = CAPABILITIES) -> None:
        self.send(f"* OK [CAPABILITY {capabilities}] ready\r\n".encode())

    def signed_in(self, capabilities: str = CAPABILITIES) -> None:
        """A well-behaved start."""
        self.greet(capabilities)
        self.expect("AUTHENTICATE", text=f"OK [CAPABILITY {capabilities}] in".encode())

    def opened(self, exists: int = 3, capabilities: str = CAPABILITIES) -> None:
        self.signed_in(capabilities)
        untagged = b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [UIDNEXT 9] .\r\n" % exists
        self.expect("EXAMINE", untagged)

    def encrypt(self) -> None:
        assert self._tls is not None
        self.sock = self._tls.wrap_socket(self.sock, server_side=True)

    def wait_for_goodbye(self) -> None:
        """Say nothing until the client hangs up."""
        with suppress(OSError):
            while self.sock.recv(65536):
                pass


Script = Callable[[Client], None]


class Hostile:
    def __init__(
        self,
        script: Script,
        *,
        tls: bool = False,
        ca: trustme.CA | None = None,
        name: str = HOST,
        address: str = HOST,
    ) -> None:
        self.ca = ca or trustme.CA()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(name).configure_cert(self._context)
        self._script = script
        self._implicit = tls
        self._listener = socket.create_server((address, 0))
        self._threads: list[threading.Thread] = []
        self.clients: list[Client] = []
        self.failures: list[BaseException] = []
        self.port = int(self._listener.getsockname()[1])

    def server(self, security: Security = Security.PLAIN, *, trusted: bool = True) -> Server:
        return Server(HOST, self.port, security, self.ca.cert_pem.bytes().decode() if trusted else "")

    def use(self, certificate: trustme.LeafCert) -> None:
        certificate.configure_cert(self._context)

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for client in self.clients:
            with suppress(OSError):
                client.sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        if self.failures:
            raise self.failures[0] from error

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        client = Client(sock, self._context)
        self.clients.append(client)
        try:
            if self._implicit:
                client.encrypt()
            self._script(client)
        except (OSError, EOFError):
            pass  # the client left: what it thought of that is the test's business
        except AssertionError as failure:
            self.failures.append(failure)
        finally:
            client.sock.close()


@contextmanager
def cut_once(asked: threading.Event, cut: Callable[[], None]) -> Iterator[None]:
    """From another thread, as soon as this client has asked."""

    def wait() -> None:
        asked.wait(5)
        cut()

    cutting = threading.Thread(target=wait)
    cutting.start()
    try:
        yield
    finally:
        cutting.join()
