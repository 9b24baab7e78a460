"""Keeping child processes alive: the parent restarts any that ends, and none outlives the parent."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

LOOK_SECONDS = 0.2
QUICK_SECONDS = 10.0  # a child that lived shorter than this failed at its start
LONGEST_PAUSE = 30.0
STOP_SECONDS = 4.5  # what takes longer is killed: nothing here depends on a clean end


def pause(failures: int) -> float:
    """Seconds before the next try: longer after each that failed, and none where none has."""
    return min(LONGEST_PAUSE, 2.0 ** min(failures, 10) - 1)


@dataclass
class Child:
    """One of our own commands. Its standard input is the leash: it ends when the pipe closes, even when we are killed."""

    name: str
    words: Sequence[str]
    descriptors: Sequence[int] = ()  # inherited under the same numbers
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0

    def look(self) -> None:
        """Start it where it does not run; one that keeps failing waits longer each time."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            quick = now - self.started < QUICK_SECONDS
            self.failures = self.failures + 1 if quick else 0
            self.due = now + pause(self.failures)
            sys.stderr.write(f"teczka: {self.name} ended ({self.process.returncode}); started again\n")
            self._let_go()
        if self.process is None and now >= self.due:
            self.started = now
            command = [sys.executable, "-m", "teczka.cli", *self.words, "--leash"]
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=self.descriptors)

    def end(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def wait(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._let_go()

    def _let_go(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
        self.process = None


def keep(children: Sequence[Child], also: Callable[[], None], stopping: threading.Event) -> None:
    """Keep the children running until `stopping`; `also` is called at each look (the database has a keeper of its own)."""
    try:
        while not stopping.is_set():
            also()
            for child in children:
                child.look()
            stopping.wait(LOOK_SECONDS)
    finally:
        for child in children:
            child.end()
        deadline = time.monotonic() + STOP_SECONDS
        for child in children:
            child.wait(deadline)


def on_leash() -> None:
    """In a child: end as if asked politely once the parent is gone, and at once if that takes too long."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(STOP_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="leash", daemon=True).start()


def leave(status: int) -> NoReturn:
    """End now, whatever the threads are at: the interpreter itself would wait for them."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def stop_signals() -> threading.Event:
    """Set by SIGTERM and SIGINT."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping
