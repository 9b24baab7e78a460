"""The blocking transport: one connection, its conversation, and the thread that waits for it.

It reads from the socket only when the caller wants the next item, so that it never holds more than the answer under way.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from ssl import SSLObject
from typing import ClassVar, Generic, Self

from teczka.core.errors import Problem, Trouble
from teczka.core.ladder import Step
from teczka.remote.pace import PACE, Pace
from teczka.remote.talking import A, C, Conversation, E, Need, T, Talk, Way
from teczka.remote.types import Credential
from teczka.remote.wire import Wire

ENTRY = 4  # steps: what a sign-in as a whole may take
MOMENT = 0.001  # seconds


class Connection(ABC, Generic[C, A, E]):
    """Every method may raise Problem; after one whose step is not "folder" the connection is closed."""

    _pace: ClassVar[float] = PACE  # bytes a second
    _few: ClassVar[int] = 0  # bytes: where less has come of an answer, the rest gathers for a moment

    def __init__(self, sock: socket, conversation: Conversation[C, A, E], timeout: float, lifetime: float) -> None:
        """Seconds: for each step, and for all of it."""
        self._conversation = conversation
        self._wire = Wire(sock, conversation.server, timeout, time.monotonic() + lifetime)
        self._closed = False

    @abstractmethod
    def _way_in(self, credential: Credential) -> Way[C, A]: ...

    @abstractmethod
    def _farewell(self) -> None: ...

    @property
    def tls(self) -> SSLObject | None:
        """What encrypts the connection."""
        return self._wire.tls

    def enter(self, credential: Credential) -> Iterator[Step]:
        """From the first byte to what is behind the sign-in: yields what was reached."""
        for step, talk in self._way_in(credential):
            self._run(talk)
            yield step

    def cut(self) -> None:
        """From any thread, without a farewell: whatever is under way ends with a Problem."""
        self._wire.cut()

    def close(self) -> None:
        if self._closed:
            return
        try:
            self._farewell()
        except Problem:
            pass  # nothing is lost with a farewell
        finally:
            self._drop()

    def _signed_in(self, credential: Credential) -> Self:
        for _ in self.enter(credential):
            pass
        self._wire.outlast()
        return self

    def _run(self, talk: Talk[C, A, T]) -> T:
        with self._closing_on_problem():
            play = self._conversation.play(talk)
            try:
                while True:
                    want = next(play)
                    if want is Need.MORE:
                        self._receive()
                    elif want is Need.HANDSHAKE:
                        self._wire.handshake()
                    else:
                        self._send(want)
            except StopIteration as done:
                result: T = done.value
                return result

    def _event(self, seconds: float = 0.0) -> E:
        while (event := self._conversation.event()) is None:
            self._receive(seconds)
        return event

    def _receive(self, seconds: float = 0.0) -> None:
        """Until something is whole. A server has so many seconds, or those of a step, and no more than that at any moment: it must keep the
        pace."""
        wire, reader = self._wire, self._conversation.reader
        pace, count = Pace(seconds or wire.timeout, wire.end, self._pace), self._few
        try:
            while True:
                wire.pull(reader)
                if self._enough():
                    return
                if count < self._few:
                    time.sleep(MOMENT)
                wire.patience(pace.left)
                count = wire.receive()
                if not pace.kept(count):
                    raise TimeoutError
                if not count:
                    raise Problem(Trouble.SERVER_CLOSED, host=self._conversation.host)
        except TimeoutError as error:
            if not self._settled():
                raise self._conversation.silence() from error
        except OSError as error:
            raise Problem(Trouble.SERVER_CLOSED, host=self._conversation.host) from error

    def _enough(self) -> bool:
        return self._conversation.reader.ready

    def _settled(self) -> bool:
        """The server is silent. Whether what came is whole all the same."""
        return False

    def _send(self, data: bytes) -> None:
        try:
            self._wire.send(data)
        except TimeoutError as error:
            raise self._conversation.silence() from error

    @contextmanager
    def _closing_on_problem(self) -> Iterator[None]:
        try:
            yield
        except Problem as problem:
            if problem.trouble.step != "folder":
                self._drop()
            raise

    def _drop(self) -> None:
        self._closed = True
        self._conversation.reader.close()
        self._wire.close()
