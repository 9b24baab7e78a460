"""The process that extracts, seen from the reader's side: begun at need, used for many files, killed where one takes too much."""

import contextlib
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from teczka.core.extraction import Lack
from teczka.mime.extraction import wire
from teczka.mime.extraction.sink import BOUNDS

SECONDS: Final = 30.0  # of the processor for one file; the kernel ends the process
PATIENCE: Final = 90.0  # seconds by the clock: it is nice to others, and on a busy machine has to wait
MOST_FILES: Final = 500  # of one process: what its libraries lose in memory goes with it
START: Final = 30.0  # seconds by the clock until it is there
_HOME: Final = Path(__file__).parents[3]  # where `teczka` lies: the process gets no environment that could say so

Pieces = Callable[[], Iterator[bytes]]  # gone through once for each try


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content_type: str
    charset: str


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    lack: Lack | None


class _GoneError(Exception):
    """The process has ended, or says nothing for too long."""

    def __init__(self, *, late: bool) -> None:
        super().__init__(late)
        self.late = late


@dataclass(slots=True)
class _Running:
    process: subprocess.Popen[bytes]
    line: socket.socket
    files: int = 0
    spent: float = 0.0  # seconds of the processor

    def close(self) -> None:
        self.line.close()
        self.process.kill()
        self.process.wait()


class Extractor:
    """One process at most. Not for several threads at once."""

    def __init__(self, seconds: float = SECONDS, patience: float = PATIENCE) -> None:
        self.confined = True  # whether the last one could be kept from all system calls that it does not need
        self._seconds = seconds
        self._patience = patience
        self._running: _Running | None = None
        self._whose = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """Of the process; 0 where there is none just now."""
        return self._running.process.pid if self._running else 0

    def turn_to(self, whose: int) -> None:
        """What follows is this person's. No process reads files of two: one that a file has taken over could tell in whatever its sender
        may read what it saw of another's."""
        if whose != self._whose:
            self.close()
        self._whose = whose

    def extract(self, file: File, pieces: Pieces) -> Answer:
        """The file's text, of bytes in pieces. A process that has read other files before may be to blame itself: where one fails, a new
        one tries again; what fails there is the file's own.

        Raises what `pieces` raises, and OSError where no process can be begun.
        """
        used = self._running is not None
        answer = self._try(file, pieces)
        if answer.lack in {Lack.KILLS, Lack.TOO_HUNGRY} and used:
            self.close()
            answer = self._try(file, pieces)
        if self._running and self._running.files >= MOST_FILES:
            self.close()
        return answer

    def close(self) -> None:
        if self._running:
            self._running.close()
        self._running = None

    def _try(self, file: File, pieces: Pieces) -> Answer:
        running = self._running = self._running or self._start()
        running.files += 1
        self._limit(running)
        end = time.monotonic() + self._patience
        give = _giver(running.line, end)
        try:
            wire.say(give, {"name": file.name, "type": file.content_type, "charset": file.charset})
            for piece in pieces():
                for start in range(0, len(piece), wire.PIECE):
                    wire.give_piece(give, piece[start : start + wire.PIECE])
            wire.give_piece(give, b"")
            told = self._heard(running, end)
            text = wire.take_pieces(_taker(running.line, end), BOUNDS.text * 4).decode("utf-8", "replace")
            return Answer(text.replace("\0", " "), Lack(str(told["lack"])) if told.get("lack") else None)
        except _GoneError as gone:
            return Answer("", self._ended(running, late=gone.late))
        except EOFError:
            return Answer("", self._ended(running, late=False))
        except ValueError:
            self.close()
            return Answer("", Lack.KILLS)
        except BaseException:  # of `pieces`: the process waits for the rest of them
            self.close()
            raise

    def _start(self) -> _Running:
        ours, its = socket.socketpair()
        try:
            process = subprocess.Popen(
                [sys.executable, "-s", "-m", "teczka.mime.extraction.child"],
                stdin=its.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={}, cwd=_HOME,
            )  # fmt: skip
        except OSError:
            ours.close()
            raise
        finally:
            its.close()
        running = _Running(process, ours)
        try:
            self.confined = self._heard(running, time.monotonic() + START)["confined"] is True
        except (_GoneError, ValueError, EOFError) as error:
            running.close()
            raise OSError("the extracting process did not begin") from error
        return running

    def _limit(self, running: _Running) -> None:
        """So many more seconds of the processor; the kernel counts those of its whole life."""
        if sys.platform == "linux":
            soft = max(1, round(running.spent + self._seconds))
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(running.process.pid, resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))

    def _heard(self, running: _Running, end: float) -> dict[str, object]:
        told = wire.hear(_taker(running.line, end))
        seconds = told.get("seconds")
        if not isinstance(seconds, float) or not 0 <= seconds <= MOST_FILES * SECONDS:
            raise ValueError("no account of what was spent")
        running.spent = seconds
        return told

    def _ended(self, running: _Running, *, late: bool) -> Lack:
        """What its end says of the file."""
        if not late:
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.process.wait(1)
        status = running.process.returncode
        self.close()
        return Lack.TOO_SLOW if late or status == -signal.SIGXCPU else Lack.KILLS


def _giver(line: socket.socket, end: float) -> wire.Give:
    def give(data: bytes) -> None:
        with _until(line, end):
            line.sendall(data)

    return give


def _taker(line: socket.socket, end: float) -> wire.Take:
    def take(most: int) -> bytes:
        with _until(line, end):
            return line.recv(min(most, wire.PIECE))

    return take


@contextlib.contextmanager
def _until(line: socket.socket, end: float) -> Iterator[None]:
    line.settimeout(max(0.001, end - time.monotonic()))
    try:
        yield
    except TimeoutError as error:
        raise _GoneError(late=True) from error
    except OSError as error:
        raise _GoneError(late=False) from error
