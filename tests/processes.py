"""The product's commands on a data folder of their own, as processes, as its keeper starts them."""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings

from teczka.store.server import Server
from tests.database import migrated
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.forked import Forked, forked
from tests.stock import copied, data_folder, shelf, stocked

ADDRESS = "biuro@kancelaria-nowak.example"
CHILDREN = ("web", "worker", "reader")  # of a `run`
READY_SECONDS = 60.0
TECZKA = [sys.executable, "-m", "teczka.cli"]


def until(condition: Callable[[], Any], seconds: float = 30.0, what: str = "") -> Any:
    """What the condition yields once it is true."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain for {what or condition}")
        time.sleep(0.02)
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def child(parent: int, word: str) -> int:
    """The pid of the parent's command of this name; 0 where it has none just now."""
    try:
        pids = [pid for told in Path(f"/proc/{parent}/task").glob("*/children") for pid in told.read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if b"teczka.cli" in words and words[words.index(b"teczka.cli") + 1] == word.encode():
                return int(pid)
    return 0


class Running:
    """A command that goes on. What it says, and its children say, is in `said()`."""

    def __init__(self, process: subprocess.Popen[bytes] | Forked, log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def pid(self) -> int:
        return self.process.pid

    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def child(self, word: str) -> int:
        return child(self.pid, word)

    def address(self) -> str:
        """Of its pages, once it has told it."""
        found = until(lambda: self._told() or self.process.poll() is not None, READY_SECONDS, "the address")
        assert isinstance(found, str), self.said()
        return found

    def _told(self) -> str:
        found = re.search(r"http://[\w.]+:\d+", self.said())
        return found[0] if found else ""

    def get(self, path: str) -> int:
        """The status of this page; 0 where nobody answers."""
        connection = http.client.HTTPConnection(self.address().removeprefix("http://"), timeout=30)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def await_web(self) -> None:
        until(lambda: self.get("/healthz") == 200, READY_SECONDS, "the pages")

    def stop(self) -> tuple[int, float]:
        """Asks it to end: its status, and how many seconds that took."""
        asked = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        return status, time.monotonic() - asked

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Teczka:
    """Its commands that come to an end are forks of this process, and those that go on where they serve from what it serves from: from
    `own_database`. What proves how one starts asks for `begun`."""

    def __init__(self, data: Path, environment: dict[str, str] | None = None) -> None:
        self.data = data
        self._ours = str(data) == os.environ.get("TECZKA_DATA") and "TECZKA_DATABASE_URL" in (environment or {})
        self.environment = (environment or dict(os.environ)) | {
            "TECZKA_DATA": str(data),
            "TECZKA_EGRESS_ALLOW": "127.0.0.1,::1",
        }
        self._started = 0

    def __call__(self, *words: str, say: str = "") -> Any:
        """One command that must succeed; its last line, as JSON."""
        done = self.tried(*words, say=say)
        assert done.returncode == 0, done.stderr
        lines = done.stdout.strip().splitlines()
        return json.loads(lines[-1]) if lines else None

    def tried(self, *words: str, say: str = "") -> subprocess.CompletedProcess[str]:
        return forked(words, self.environment, say) if settings.configured else self.begun(*words, say=say)

    def begun(self, *words: str, say: str = "") -> subprocess.CompletedProcess[str]:
        """As a process of its own from its first line on: a setting may end it before Django is set up, or nobody set Django up here."""
        return subprocess.run(
            [*TECZKA, *words], env=self.environment, input=say, capture_output=True, text=True, check=False
        )

    @contextmanager
    def running(self, *words: str) -> Iterator[Running]:
        """A command, killed at the end where it still runs."""
        running = self.start(*words)
        try:
            yield running
        finally:
            running.kill()

    def start(self, *words: str) -> Running:
        self._started += 1
        beside = shelf() if self._ours else self.data.parent  # what goes away with the run
        log = beside / f"{self.data.name}-{self._started}.log"
        with log.open("wb") as output:
            if self._ours:
                return Running(Forked(words, self.environment, output, output), log)
            return Running(subprocess.Popen([*TECZKA, *words], env=self.environment, stdout=output, stderr=output), log)

    def everyone(self, running: Running) -> list[int]:
        """The pids of a `run`, of its children and of its database: of those that are there just now."""
        return [pid for pid in (running.pid, *map(running.child, CHILDREN), self.database()) if pid]

    def database(self) -> int:
        """The postmaster's pid; 0 where there is none."""
        try:
            return int((self.data / "database" / "postmaster.pid").read_text().split("\n", 1)[0] or 0)
        except FileNotFoundError:
            return 0

    def dsn(self) -> str:
        """As the superuser, who sees all rows."""
        return Server(self.data).dsn("teczka", "postgres")

    def add_account(self, dovecot: Dovecot, mailbox: Mailbox, protocol: str = "imap", port: int = 0) -> str:
        incoming = f"localhost:{port or (dovecot.tls_port if protocol == 'imap' else dovecot.pop3s_port)}:tls"
        done = self.try_account(incoming, dovecot.ca_pem, mailbox.username, mailbox.password, protocol)
        assert done.returncode == 0, done.stderr
        return str(json.loads(done.stdout)["id"])

    def try_account(
        self, incoming: str, ca_pem: str, username: str, password: str, protocol: str = "imap"
    ) -> subprocess.CompletedProcess[str]:
        self._started += 1
        authority = self.data.with_name(f"ca-{self._started}.pem")
        authority.write_text(ca_pem)
        words = ["--user", ADDRESS, "--address", ADDRESS, "--username", username]
        trusted = ["--ca-file", str(authority)] if ca_pem else []
        return self.tried(
            "account", "add", *words, *trusted, f"--{protocol}", incoming, "--password-stdin", say=f"{password}\n"
        )


@contextmanager
def empty(**environment: str) -> Iterator[Teczka]:
    """A data folder that is not there yet."""
    home = data_folder()
    teczka = Teczka(home / "data", {**os.environ, **environment})
    try:
        yield teczka
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def prepared(**environment: str) -> Iterator[Teczka]:
    """A data folder with a migrated database, an office and one user."""
    with empty(**environment) as teczka:
        copied(stocked("peopled", _people), teczka.data)
        yield teczka


def _people(data: Path) -> None:
    copied(migrated(), data)
    Teczka(data)("user", "add", ADDRESS, "--name", "Biuro", "--office", "Kancelaria")
