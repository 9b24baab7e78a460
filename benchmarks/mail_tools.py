"""The mail tools that search is measured beside: what mbsync brings, as notmuch and mu index it and are asked."""

import json
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot

PAGE = "50"
SYSTEM_PYTHON = "/usr/bin/python3"
ACCOUNT = """
IMAPAccount far{number}
Host localhost
Port {port}
User {user}
Pass {password}
SSLType IMAPS
SystemCertificates no
CertificateFile {authority}
PipelineDepth 50

IMAPStore far{number}
Account far{number}

MaildirStore near{number}
Path {out}/
Inbox {out}/INBOX

Channel mail{number}
Far :far{number}:
Near :near{number}:
Patterns INBOX
Create Near
Sync Pull
SyncState *
"""


@dataclass(frozen=True)
class Query:
    """One question, as each of the three is asked it."""

    kind: str
    ours: str
    notmuch: str
    mu: str


def mbsync(place: Path, dovecot: Dovecot, mailboxes: Sequence[Mailbox]) -> float:
    """All mailboxes, one after another as mbsync does; without fsync. Seconds."""
    authority = place / "ca.pem"
    authority.write_text(dovecot.ca_pem)
    told = ["FSync no\n"]
    for number, mailbox in enumerate(mailboxes):
        out = place / "mail" / str(number)
        (out / "INBOX").mkdir(parents=True)
        whose = {"user": mailbox.username, "password": mailbox.password}
        told.append(ACCOUNT.format(number=number, port=dovecot.tls_port, authority=authority, out=out, **whose))
    configuration = place / "mbsyncrc"
    configuration.write_text("".join(told))
    return _clocked(["mbsync", "-q", "-c", str(configuration), "-a"])


class Notmuch:
    def __init__(self, place: Path) -> None:
        self._mail = place / "mail"
        configuration = place / "notmuch-config"
        configuration.write_text(
            f"[database]\npath={self._mail}\n[user]\nname=Biuro\nprimary_email=biuro@kancelaria-nowak.example\n"
            "[new]\ntags=\n[maildir]\nsynchronize_flags=false\n"
        )
        self._environment = {**os.environ, "NOTMUCH_CONFIG": str(configuration)}

    def index(self) -> float:
        return _clocked(["notmuch", "new", "--quiet"], self._environment)

    @property
    def megabytes(self) -> float:
        return _megabytes(self._mail / ".notmuch")

    def ask(self, queries: Sequence[str]) -> list[tuple[float, int]]:
        """In process, the database open: milliseconds and rows of each."""
        command = [SYSTEM_PYTHON, str(Path(__file__).with_name("notmuch_child.py")), str(self._mail)]
        done = subprocess.run(
            command, env=self._environment, input=json.dumps(queries), capture_output=True, text=True, check=True
        )
        return [(took, rows) for took, rows in json.loads(done.stdout)]


class Mu:
    def __init__(self, place: Path) -> None:
        self._mail, self._home = place / "mail", place / "mu"

    def index(self) -> float:
        subprocess.run(
            ["mu", "init", f"--muhome={self._home}", f"--maildir={self._mail}"], check=True, capture_output=True
        )
        return _clocked(["mu", "index", "--quiet", f"--muhome={self._home}"])

    @property
    def megabytes(self) -> float:
        return _megabytes(self._home)

    def ask(self, queries: Sequence[str]) -> list[tuple[float, int]]:
        """By its command, whose start is part of the time: it has no other door."""
        return [self._asked(query) for query in queries]

    def _asked(self, query: str) -> tuple[float, int]:
        command = ["mu", "find", f"--muhome={self._home}", "-n", PAGE, "-s", "date", "-z", "-f", "d f s", query]
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, check=False)
        return (time.perf_counter() - began) * 1000, done.stdout.count(b"\n")


def _clocked(command: Sequence[str], environment: dict[str, str] | None = None) -> float:
    began = time.monotonic()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - began


def _megabytes(folder: Path) -> float:
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6, 1)
