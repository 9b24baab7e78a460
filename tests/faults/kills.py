"""Kills at random moments of a first sync, from a real Dovecot over TLS: the worker, the parent and the database in turn.

    python -m tests.faults.kills --messages 10000 --kills 20 [--protocol pop3]

prints one JSON line. The oracle is the server: what it lists by IMAP, message for message by SHA-256, is what `teczka export` must have
written. By POP3 it tells no places.
"""

import argparse
import hashlib
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from benchmarks.bench import full_dovecot
from tests.dovecot.dam import Dam
from tests.dovecot.mailbox import Held, Mailbox
from tests.dovecot.server import Dovecot
from tests.processes import Running, Teczka, alive, prepared, until

VICTIMS = ("worker", "parent", "database")
SYNC_SECONDS = 600.0
SOME, ALL = 1_000_000, 1_000_000_000  # bytes


@dataclass
class Outcome:
    messages: int = 0  # on the server
    kills: Counter[str] = field(default_factory=Counter)
    in_first_sync: int = 0  # kills that hit before the folder was complete
    lost: int = 0  # on the server and not in the export
    invented: int = 0  # in the export and not on the server: another place, or other bytes
    doubled: int = 0  # stored oftener than the server holds them
    faults: dict[str, list[str]] = field(default_factory=dict)  # of `teczka verify`
    touched: int = 0  # on the server: no longer as it was
    orphans: int = 0  # packs whose rows were never committed: harmless, and counted
    seconds: float = 0.0

    @property
    def whole(self) -> bool:
        return not (self.lost or self.invented or self.doubled or self.touched or self.faults)


class Attempt:
    """A first sync that is killed again and again, and started again each time."""

    def __init__(self, teczka: Teczka, messages: int) -> None:
        self.teczka = teczka
        self._messages = messages
        self._look: psycopg.Connection[Any] | None = None
        self.running = self._start()

    def _start(self) -> Running:
        return self.teczka.start("run", "--port", "0")

    def stored(self) -> int:
        """How many messages are committed; -1 while there is no database to ask."""
        try:
            if not self._look or self._look.closed:
                self._look = psycopg.connect(self.teczka.dsn(), autocommit=True, connect_timeout=5)
            row = self._look.execute("SELECT count(*) FROM store_message").fetchone()
        except psycopg.Error:
            self._look = None
            return -1
        return int(row[0]) if row else -1

    def await_stored(self, count: int) -> None:
        def enough() -> bool:
            if self.running.process.poll() is not None:  # killed while its database was starting, it says so and ends
                self.running = self._start()
            return self.stored() >= count

        until(enough, SYNC_SECONDS, f"{count} messages")

    def kill(self, victim: str) -> bool:
        """Whether somebody was there to be killed. A database that is still starting, or its predecessor's end, is hit as well."""
        pid = {
            "worker": lambda: self.running.child("worker"),
            "parent": lambda: self.running.pid,
            "database": self.teczka.database,
        }[victim]()
        if not pid:
            return False
        left = self.teczka.everyone(self.running) if victim == "parent" else []
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        if victim == "parent":
            self.running.process.wait()
            self.running = self._start()
            until(lambda: not any(map(alive, left)), 10, "the ends of all that it had started")
        return True

    def finish(self, account: str) -> None:
        """Until a pass finds nothing new, in a house that was left alone."""
        self.await_stored(self._messages)
        told: dict[str, Any] = {"messages": 1, "stopped": None}
        while told["messages"] or told["stopped"]:
            told = self.teczka("sync", "--account", account, "--json")
        self.running.stop()


def survive(
    teczka: Teczka,
    dovecot: Dovecot,
    mailbox: Mailbox,
    kills: int,
    seed: int,
    spread: float = 0.9,
    protocol: str = "imap",
    dam: Dam | None = None,
) -> Outcome:
    """Kills spread over this share of the messages, so that none comes when all is done; behind a dam, which lets a little more through
    after each of them, that is certain."""
    random, began = Random(seed), time.monotonic()
    before = listed = mailbox.listing()
    if protocol == "pop3":
        listed = [held._replace(uidvalidity=0, uid=0) for held in listed]
    outcome = Outcome(messages=len(listed))
    account = teczka.add_account(dovecot, mailbox, protocol, dam.port if dam else 0)
    attempt = Attempt(teczka, len(listed))
    try:
        for number, moment in enumerate(sorted(random.randrange(int(len(listed) * spread)) for _ in range(kills))):
            victim = VICTIMS[number % len(VICTIMS)]
            attempt.await_stored(moment)
            time.sleep(
                random.random() * 0.05
            )  # not a wait for anything: the moment is to be random within a batch, too
            stored = attempt.stored()
            until(lambda victim=victim: attempt.kill(victim), what=victim)
            outcome.kills[victim] += 1
            outcome.in_first_sync += stored < len(listed)
            if dam:
                dam.let_through(ALL if number == kills - 1 else SOME)
        attempt.finish(account)
    finally:
        attempt.running.kill()
    _compare(teczka, account, listed, outcome)
    outcome.touched = (Counter(before) - Counter(mailbox.listing())).total()
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome


def _compare(teczka: Teczka, account: str, listed: list[Held], outcome: Outcome) -> None:
    exported = teczka.data.with_name("exported")
    teczka("export", "--account", account, "--to", str(exported), "--json")
    lines = [json.loads(line) for line in (exported / "manifest.jsonl").read_text("utf-8").splitlines()]
    found = Counter(
        Held(
            line["folder"],
            line["uidvalidity"],
            line["uid"] * bool(line["uidvalidity"]),
            _digest(exported / line["file"]),
        )
        for line in lines  # of POP3's UIDs, which we give ourselves, none counts
    )
    on_server = Counter(listed)
    outcome.lost = (on_server - found).total()
    outcome.invented = (found - on_server).total()
    done = teczka.tried("verify", "--json")
    verified = json.loads(done.stdout)
    outcome.faults, outcome.orphans = verified["faults"], len(verified["orphans"])
    outcome.doubled = verified["messages"] - len({held.sha256 for held in listed})


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@contextmanager
def corpus(messages: int) -> Iterator[tuple[Dovecot, Mailbox]]:
    with full_dovecot(messages, "full", seed=1) as (dovecot, mailbox, _):
        yield dovecot, mailbox


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Kill a first sync again and again, and compare what was stored with the server."
    )
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--protocol", choices=("imap", "pop3"), default="imap")
    chosen = parser.parse_args()
    with corpus(chosen.messages) as (dovecot, mailbox), prepared() as teczka:
        outcome = survive(teczka, dovecot, mailbox, chosen.kills, chosen.seed, protocol=chosen.protocol)
    told = {name: getattr(outcome, name) for name in Outcome.__dataclass_fields__}
    sys.stdout.write(json.dumps({"faults_test": "kills", "whole": outcome.whole, **told}) + "\n")
    return 0 if outcome.whole else 1


if __name__ == "__main__":
    sys.exit(main())
