"""A port before a server, through which so much of what it says comes and no more: whoever downloads is in the middle of it for as long
as a test likes."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"


class Dam:
    """`with Dam(port, 4_000_000) as dam:` connections to `dam.port` reach `port`. What has come through counts over all of them."""

    def __init__(self, port: int, most: int) -> None:
        self._behind = port
        self._left = most
        self._rises = threading.Condition()
        self._ends: list[socket.socket] = []
        self._door = socket.create_server((HOST, 0))
        self.port = int(self._door.getsockname()[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._let_in, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for end in (self._door, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    @property
    def is_full(self) -> bool:
        """Nothing more comes through."""
        return self._left <= 0

    def let_through(self, more: int) -> None:
        with self._rises:
            self._left += more
            self._rises.notify_all()

    def _let_in(self) -> None:
        with suppress(OSError):  # closed at the end
            while True:
                client, server = self._door.accept()[0], socket.create_connection((HOST, self._behind))
                self._ends += (client, server)
                threading.Thread(target=self._up, args=(client, server), daemon=True).start()
                threading.Thread(target=self._down, args=(server, client), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := client.recv(65_536):
                server.sendall(said)
            server.shutdown(socket.SHUT_WR)

    def _down(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while said := server.recv(65_536):
                with self._rises:
                    self._rises.wait_for(lambda: self._left > 0)
                    self._left -= len(said)
                client.sendall(said)
            client.shutdown(socket.SHUT_WR)
