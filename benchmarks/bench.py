"""What the benchmarks share: a Dovecot full of the corpus, data folders made once and copied for each round, medians."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.corpus import write_maildir
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot

# In a page: awaits the frame after this one.
PAINTED = """
window.painted = () => new Promise(done => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => done(performance.now());
  channel.port2.postMessage(0);
}));
"""
ADDRESS = "biuro@kancelaria-nowak.example"


def options(about: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--quick", action="store_true", help="under 60 s on 2 cores; figures to look at, not to quote")
    parser.add_argument("--rounds", type=int, default=0)
    return parser.parse_args()


@contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder that an unprivileged database user can pass through."""
    made = Path(tempfile.mkdtemp(prefix="teczka-bench-"))
    made.chmod(0o711)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def full_dovecot(messages: int, profile: str, seed: int) -> Iterator[tuple[Dovecot, Mailbox, dict[str, Any]]]:
    """A running Dovecot whose one mailbox holds the corpus, and what is known of the corpus (n, total, mean, …). The indexes are warm."""
    with Dovecot() as dovecot:
        mailbox = dovecot.add_user("biuro")
        mailbox.deliver_many([])
        told = write_maildir(str(mailbox.maildir), messages, seed, profile)
        if os.getuid() == 0:
            for path in mailbox.maildir.rglob("*"):
                os.chown(path, *mailbox.owner)
        with mailbox.session("INBOX") as imap:
            imap.uid("FETCH", "1:*", "(FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)")
        yield dovecot, mailbox, told


class Teczka:
    """The product's commands on one data folder, as processes of their own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.environment = {**os.environ, "TECZKA_DATA": str(data), "TECZKA_EGRESS_ALLOW": "127.0.0.1,::1"}

    def __call__(self, *words: str, say: str = "") -> Any:
        """Run one command; its last line of output, as JSON where it is."""
        done = subprocess.run(
            self.command(*words), input=say, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"teczka {' '.join(words)} failed: {done.stderr}")
        lines = done.stdout.strip().splitlines()
        return json.loads(lines[-1]) if lines else None

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(self.command(*words), env=self.environment, stdout=subprocess.PIPE, text=True)

    def command(self, *words: str) -> Sequence[str]:
        return [sys.executable, "-m", "teczka.cli", *words]

    def add_account(self, dovecot: Dovecot, mailbox: Mailbox, protocol: str = "imap") -> str:
        authority = self.data / "ca.pem"
        authority.write_text(dovecot.ca_pem)
        words = ["--user", ADDRESS, "--address", ADDRESS, "--username", mailbox.username, "--ca-file", str(authority)]
        incoming = f"localhost:{dovecot.pop3s_port if protocol == 'pop3' else dovecot.tls_port}:tls"
        told = self(
            "account", "add", *words, f"--{protocol}", incoming, "--password-stdin", say=mailbox.password + "\n"
        )
        return str(told["id"])


def prepared(data: Path) -> Teczka:
    """A data folder with a database of this version's shape and one user."""
    teczka = Teczka(data)
    teczka("migrate")
    teczka("user", "add", ADDRESS, "--name", "Biuro", "--office", "Kancelaria")
    return teczka


def copy(data: Path, to: Path) -> Teczka:
    """Another folder like this one: owners and modes kept, as the database insists on them."""
    subprocess.run(["cp", "-a", str(data), str(to)], check=True)
    return Teczka(to)


def in_turn(rounds: int, contestants: dict[str, Callable[[], dict[str, float]]]) -> dict[str, list[dict[str, float]]]:
    """Each contestant once a round, so that a slow minute of the machine hits all alike."""
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in contestants}
    for number in range(rounds):
        for name, run in contestants.items():
            figures[name].append(run())
            sys.stderr.write(f"round {number + 1} {name}: {figures[name][-1]}\n")
    return figures


def middle(figures: list[dict[str, float]], key: str) -> float:
    return median(figure[key] for figure in figures)


def show(result: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")


def figures(name: str, measured: list[float]) -> dict[str, float]:
    return {
        f"{name}_p50_ms": round(median(measured), 1),
        f"{name}_p95_ms": round(quantiles(measured, n=20)[-1], 1),
    }
