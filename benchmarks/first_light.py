"""How soon a new account's newest 50 messages are listed and openable: everything runs, as on a user's machine."""

import time
from typing import LiteralString

import psycopg

from benchmarks.bench import Teczka
from teczka.store.server import Server
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot

FIRST = 50
SECONDS = 60.0


def first_light(teczka: Teczka, dovecot: Dovecot, mailbox: Mailbox) -> dict[str, float]:
    """From the moment that the account is added, which is before its keeper connects, to 50 messages that are listed, and are read."""
    run = teczka.start("run", "--port", "0")
    try:
        assert run.stdout is not None
        run.stdout.readline()  # the address: the database answers
        with psycopg.connect(Server(teczka.data).dsn("teczka", "postgres"), autocommit=True) as look:
            _until(look, "SELECT count(DISTINCT query) >= 3 FROM pg_stat_activity WHERE query LIKE 'LISTEN %'")
            teczka.add_account(dovecot, mailbox)
            began = time.monotonic()
            _until(look, f"SELECT count(*) >= {FIRST} FROM store_message")
            listed = time.monotonic() - began
            _until(look, f"SELECT count(indexed_with) >= {FIRST} FROM store_message")
            return {"listed": round(listed, 3), "seconds": round(time.monotonic() - began, 3)}
    finally:
        run.terminate()
        run.wait()


def _until(look: psycopg.Connection, holds: LiteralString) -> None:
    began = time.monotonic()
    while time.monotonic() - began < SECONDS:
        row = look.execute(holds).fetchone()
        if row and row[0]:
            return
        time.sleep(0.005)
    raise RuntimeError(f"after {SECONDS} s it does not hold: {holds}")
